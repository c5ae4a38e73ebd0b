// Which language, and putting the texts into the page.

import { settings } from "./settings.js";
import { texts } from "./texts.js";

/** A text of this page, with `{name}` replaced. */
export function t(key, values = {}) {
  const text = texts[settings.language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** The line of a message that the verifier gave in both languages. */
export const say = (message) => message[settings.language];

/** Fills every element that names its text. */
export function applyLanguage() {
  document.documentElement.lang = settings.language;
  document.title = t("title");
  for (const element of document.querySelectorAll("[data-t]")) {
    element.textContent = t(element.dataset.t);
  }
  for (const element of document.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(element.dataset.tLabel));
    if (element.matches("button")) element.title = t(element.dataset.tLabel);
  }
}

const locale = () => (settings.language === "id" ? "id-ID" : "en-GB");

/** A calendar day, such as `17 Agustus 1992`. */
export function day(iso) {
  const date = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeZone: "UTC" }).format(date);
}

/** A time of this device's zone. */
export function time(date) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(date);
}

/** A length of time in its largest unit, such as `3 jam`. */
export function duration(seconds) {
  const units = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? ["second", 1];
  const count = Math.max(0, Math.floor(seconds / size));
  return new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }).format(count);
}
