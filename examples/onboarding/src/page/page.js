// The teller's page: scans, follows one application live, and shows what became of it.

import { words } from "./words.js";

const $ = (id) => document.getElementById(id);
const address = new URLSearchParams(location.search);
let language = address.get("lang") ?? (navigator.language.startsWith("en") ? "en" : "id");
if (!words[language]) language = "id";
let current = null; // what is known of the application on the desk
let problem = null; // why the last scan led to nothing
let source = null; // its live stream

// ---- small tools

const w = () => words[language];
const told = (text) => text?.[language] ?? "";
const label = (name) => w().attributes[name] ?? name;
const labels = (names) => names.map(label).join(", ") || "–";
const time = (seconds) => new Date(seconds * 1000).toLocaleString(language === "id" ? "id-ID" : "en-GB",
  { dateStyle: "medium", timeStyle: "medium" });

/** An element of texts and elements: nothing that came from elsewhere is ever read as HTML. */
function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content.filter((part) => part !== null));
  return made;
}

async function ask(path, options) {
  const answer = await fetch(path, { cache: "no-store", ...options });
  const body = await answer.json();
  if (!answer.ok) throw body;
  return body;
}

// ---- scanning

const terminal = () => encodeURIComponent($("terminal").value.trim());

async function scan(path, options) {
  problem = null;
  leave();
  $("status").replaceChildren(element("p", { class: "card working" }, w().checking));
  try {
    const application = await ask(path, { method: "POST", ...options });
    follow(application.id, application);
  } catch (error) {
    // What is no answer of the service is a broken connection.
    problem = error.code ? error : { reason: null };
    draw();
    list();
  }
  $("qr").focus();
}

function scanText() {
  const text = $("qr").value.trim();
  $("qr").value = "";
  if (!text) return;
  const body = JSON.stringify({ text, terminal: $("terminal").value.trim() });
  scan("/qr", { headers: { "Content-Type": "application/json" }, body });
}

const scanPicture = (picture) => scan(`/qr/picture?terminal=${terminal()}`,
  { headers: { "Content-Type": picture.type }, body: picture });

// ---- following an application

function leave() {
  source?.close();
  source = null;
  current = null;
  $("offline").hidden = true;
}

function follow(id, known = null) {
  leave();
  current = known;
  const query = new URLSearchParams({ ...(address.get("lang") && { lang: language }), application: id });
  history.replaceState(null, "", `/?${query}`);
  source = new EventSource(`/applications/${id}/live`);
  const mine = source;
  source.onmessage = async (event) => {
    $("offline").hidden = true;
    current = JSON.parse(event.data);
    if (current.state !== "waiting") mine.close();
    if (current.state === "decided") await fill(id, mine);
    draw();
    list();
  };
  source.onerror = () => {
    $("offline").hidden = false;
    // A stream that was refused, as by a service that is just starting, does not try again by itself.
    if (mine.readyState === EventSource.CLOSED) {
      setTimeout(() => mine === source && follow(id, current), 1000);
    }
  };
  draw();
}

/** What the citizen released comes apart from the stream: that it is read is noted. */
async function fill(id, mine) {
  try {
    const whole = await ask(`/applications/${id}?terminal=${terminal()}`);
    if (mine === source) current = whole;
  } catch {
    if (mine === source) setTimeout(() => follow(id), 1000);
  }
}

async function list() {
  const { applications } = await ask("/applications").catch(() => ({ applications: [] }));
  const item = (it) => {
    const end = told(it.decision?.text) || (it.outcome ? told(it.outcome.text) : w().states[it.state]);
    const button = element("button", { type: "button", class: tone(it) },
      element("b", {}, new Date(it.opened * 1000).toLocaleTimeString(language)), element("span", {}, end));
    if (it.id === current?.id) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => { problem = null; follow(it.id); });
    return element("li", {}, button);
  };
  $("recent").replaceChildren(...applications.slice(0, 8).map(item));
  $("none").hidden = applications.length > 0;
}

// ---- drawing

const tone = (it) => ({ approved: "good", review: "look", declined: "bad" })[it.decision?.verdict]
  ?? (it.state === "waiting" ? "wait" : "none");

function draw() {
  document.documentElement.lang = language;
  for (const item of document.querySelectorAll("[data-text]")) item.textContent = w()[item.dataset.text];
  $("language").textContent = w().other;
  $("language").lang = language === "id" ? "en" : "id";
  $("desk").setAttribute("aria-label", w().title);
  $("steps").replaceChildren(...w().step.map((text) => element("li", {}, text)));
  $("idle").hidden = Boolean(current || problem);
  $("status").replaceChildren(...(current ? [status(current)] : problem ? [refusal()] : []));
  $("details").replaceChildren(...(current ? details(current) : []));
  tick();
}

function refusal() {
  const { reason, hint } = problem.reason ? { reason: told(problem.reason), hint: told(problem.hint) } : w().unreachable;
  const code = problem.code ? element("p", { class: "hint" }, `${w().code} `, element("code", {}, problem.code)) : null;
  return element("div", { class: "card verdict bad", id: "problem" }, element("h2", {}, reason), element("p", {}, hint), code);
}

function status(it) {
  if (it.state === "waiting") {
    return element("div", { class: "card waiting" },
      element("p", { class: "what" }, w().waiting),
      element("output", { class: "binding", id: "binding" }, it.waiting?.binding_message ?? ""),
      element("p", { class: "hint" }, w().compare),
      element("p", { class: "clock" }, `${w().left} `, element("b", { id: "left", role: "timer", "aria-live": "off" })),
      element("div", { class: "bar", "aria-hidden": "true" }, element("i", { id: "bar" })));
  }
  const title = told(it.decision?.text) || told(it.outcome?.text);
  const code = it.outcome?.code ? element("p", { class: "hint" }, `${w().code} `, element("code", {}, it.outcome.code)) : null;
  const hint = it.decision ? advice(it.decision) : told(it.outcome?.hint);
  return element("div", { class: `card verdict ${tone(it)}`, id: "verdict", "data-state": it.state,
    "data-outcome": it.decision?.verdict ?? it.outcome?.name ?? "" },
    element("h2", {}, title), element("p", {}, hint), code);
}

/** What to do about the rules that do not hold; and the one thing that no rule can do. */
function advice({ verdict, checks }) {
  const hints = checks.filter((rule) => rule.hint).map((rule) => told(rule.hint));
  return [...hints, ...(verdict === "declined" ? [] : [w().face])].join(" ");
}

function details(it) {
  const parts = [];
  if (it.identity) {
    const field = ({ name, value }) => element("div", { class: value ? "field" : "field empty", "data-name": name },
      element("dt", {}, label(name)), element("dd", {}, value ? told(value) : w().notGiven));
    parts.push(element("section", { class: "card form" }, element("h2", {}, w().form),
      element("dl", {}, ...it.identity.map(field)), element("p", { class: "hint" }, w().formNote)));
  }
  if (it.decision) {
    const check = (rule) => element("li", { class: rule.passed ? "passed" : "failed" },
      element("b", {}, told(rule.text)), element("span", { class: "sr" }, ` ${rule.passed ? w().passed : w().failed}`),
      rule.hint ? element("p", {}, told(rule.hint), rule.about ? ` (${labels(rule.about)})` : "") : null);
    parts.push(element("section", { class: "card checks" }, element("h2", {}, w().checks),
      element("ul", {}, ...it.decision.checks.map(check))));
  }
  if (it.receipt) parts.push(receipt(it));
  return parts;
}

function receipt(it) {
  const { receipt: r } = it, f = w().fields;
  const rows = [
    [f.receipt_id, r.receipt_id], [f.purpose, r.purpose.text],
    [f.legal_basis, w().bases[r.legal_basis] ?? r.legal_basis],
    [f.retention, w().days.replace("{n}", r.retention_days)],
    [f.released, labels(r.attributes.released)], [f.missing, labels(r.attributes.missing)],
    [f.asked, time(r.times.asked)], [f.answered, time(r.times.answered)],
    [f.gateway, r.gateway], [f.txn, r.txn], [f.answer, r.answer_sha256],
    [f.entry, it.receipt_entry ?? w().noEntry],
  ].filter(([, value]) => value !== undefined);
  const list = element("dl", {}, ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))]));
  const link = it.state === "decided" ? element("p", {}, element("a", { target: "_blank", rel: "noopener",
    href: `/applications/${it.id}/evidence?terminal=${terminal()}` }, w().evidence)) : null;
  return element("section", { class: "card receipt" }, element("h2", {}, w().receipt), list, link);
}

function tick() {
  const expires = current?.waiting?.expires;
  if (!expires || !$("left")) return;
  const left = Math.max(0, Math.ceil(expires - Date.now() / 1000));
  $("left").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  $("left").classList.toggle("soon", left <= 20);
  $("bar").style.inlineSize = `${Math.min(100, left / Math.max(1, expires - current.opened) * 100)}%`;
}

// ---- hands

$("scan").addEventListener("submit", (event) => { event.preventDefault(); scanText(); });
$("picture").addEventListener("change", () => {
  const [picture] = $("picture").files;
  if (picture) scanPicture(picture);
  $("picture").value = "";
});
$("pick").addEventListener("click", () => $("picture").click());
document.addEventListener("paste", (event) => {
  const picture = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
  if (picture) { event.preventDefault(); scanPicture(picture); }
});
$("language").addEventListener("click", () => {
  language = language === "id" ? "en" : "id";
  draw();
  list();
});
$("terminal").value = localStorage.getItem("terminal") || "KCP-014/teller-3";
$("terminal").addEventListener("change", () => localStorage.setItem("terminal", $("terminal").value.trim()));
setInterval(tick, 250);

draw();
list();
if (address.get("application")) follow(address.get("application"));
document.documentElement.dataset.ready = "";
