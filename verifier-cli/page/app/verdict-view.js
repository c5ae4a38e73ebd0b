// Shows a verdict large enough to read at arm's length.

import { ring } from "./ring.js";
import { $, element, facts, icon } from "./dom.js";
import { day, duration, say, t } from "./language.js";
import { today, yearsBetween } from "./verdict.js";

const MARKS = {
  good: "m5 13 5 5 9-12",
  look: "M12 5v9M12 18.5v.5",
  bad: "m6 6 12 12M18 6 6 18",
};

/** Milliseconds that personal data stays on the screen after the QR has ended. */
const STAY = 20_000;

let stopRing = () => {};
let photoUrl;
let clearing;

/** Takes everything personal off the screen. */
export function clear() {
  stopRing();
  clearTimeout(clearing);
  if (photoUrl) URL.revokeObjectURL(photoUrl);
  photoUrl = undefined;
}

/** What is shown between two persons. */
export function showWaiting({ title, more, action }) {
  clear();
  $("verdict").dataset.state = "waiting";
  delete $("verdict").dataset.code;
  $("verdict-announce").textContent = "";
  const button = action && element("button", { type: "button", class: "primary", onclick: action.run }, action.text);
  $("verdict-body").replaceChildren(
    icon("M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M9 9h2v2H9zM13 13h2v2h-2zM13 9h2M9 15h2", "waiting-icon"),
    element("h2", {}, title),
    element("p", { class: "more" }, more),
    ...(button ? [button] : []),
  );
}

export function showVerdict(verdict, profile, next) {
  clear();
  const { state, reasons, verification } = verdict;
  Object.assign($("verdict").dataset, { state, code: verdict.code });
  const attributes = verification.ok && state !== "bad" ? verification.attributes : undefined;
  const name = attributes && (attributes.full_name ?? (profile.age && t("aged", { age: profile.age })));
  $("verdict-announce").textContent = [t(state), name, ...reasons].filter(Boolean).join(". ");
  $("verdict-body").replaceChildren(
    ...[
      headline(verdict, next),
      attributes && person(verification, attributes, name),
      reasons.length > 0 ? explanation(verdict) : undefined,
      attributes && extra(verification, profile),
    ].filter(Boolean),
    element("button", { type: "button", class: "next", onclick: next }, t("next")),
  );
  $("verdict").scrollTop = 0;
}

function headline({ state, seat, verification }, next) {
  const head = element("div", { class: "headline" }, icon(MARKS[state], "mark"), element("h2", {}, t(state)));
  if (seat) head.append(element("p", { class: "seat" }, t("seat", { seat })));
  if (verification.ok && state !== "bad") {
    const ends = Date.parse(verification.expires);
    const countdown = ring(ends, Date.parse(verification.presentedAt));
    stopRing = countdown.stop;
    clearing = setTimeout(next, Math.max(0, ends - Date.now()) + STAY);
    head.append(countdown.element);
  }
  return head;
}

function person(verification, attributes, name) {
  const text = element("div", { class: "who" }, element("p", { class: "name" }, name ?? ""));
  if (attributes.birth_date && /^\d{4}-/.test(attributes.birth_date)) {
    const years = yearsBetween(attributes.birth_date, today(verification.verifiedAt));
    text.append(element("p", { class: "age" }, t("age", { years })));
  }
  if (attributes.nik) text.append(nikButton(attributes.nik, verification.maskedNik));
  return element("div", { class: "person" }, photo(attributes), text);
}

function photo({ photo: bytes, photo_format: format }) {
  const type = { 1: "image/jpeg", 3: "image/avif", 4: "image/webp" }[format];
  if (!bytes || !type) {
    const body = icon("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21c0-4.5 3.6-7 8-7s8 2.5 8 7");
    return element("div", { class: "photo none" }, body, element("p", {}, t("noPhoto")), element("p", { class: "small" }, t("noPhotoMore")));
  }
  photoUrl = URL.createObjectURL(new Blob([bytes], { type }));
  return element("img", { class: "photo", src: photoUrl, alt: t("photoOf") });
}

/** The number in groups of four, hidden until it is tapped. */
function nikButton(nik, masked) {
  const grouped = (digits) => digits.replace(/(.{4})(?=.)/g, "$1 ").replaceAll("*", "•");
  const value = element("span", { class: "digits" }, grouped(masked));
  const label = element("span", { class: "visually-hidden" }, t("showNik"));
  const button = element("button", { type: "button", class: "nik", "aria-pressed": "false" }, element("span", { class: "small" }, t("nik")), value, label);
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    value.textContent = grouped(shown ? nik : masked);
    label.textContent = t(shown ? "hideNik" : "showNik");
  });
  return button;
}

function explanation({ reasons, advice }) {
  const lines = reasons.map((reason) => element("p", { class: "reason" }, reason));
  if (advice) lines.push(element("p", { class: "advice" }, advice));
  return element("div", { class: "why" }, ...lines);
}

function extra(verification, profile) {
  const { attributes, issuer, status, document, notEstablished } = verification;
  const list = element("dl", { class: "facts" });
  facts(list, [
    ...profile.shows.map((name) => [t(name), shown(name, attributes[name])]),
    [t("status"), statusLine(status, notEstablished)],
    [t("issuer"), issuer.name],
  ]);
  const notes = notEstablished.map(({ message }) => element("li", {}, say(message)));
  const more = element("details", {}, element("summary", {}, t("notEstablished")), element("ul", {}, ...notes));
  const shared = document && element("p", { class: "reason" }, t("document", { type: document.type }));
  return element("div", { class: "extra" }, shared, list, notes.length > 0 ? more : undefined);
}

function shown(name, value) {
  if (value === undefined) return undefined;
  if (name === "gender") return t(`gender_${value}`);
  return name === "birth_date" ? day(value) : String(value);
}

function statusLine(status, notEstablished) {
  if (status.state === "valid") return t("statusValid", { age: duration(status.age) });
  if (status.state === "ignored") return t("statusIgnored");
  const note = notEstablished.find(({ code }) => code === status.why);
  return note && say(note.message);
}
