// A ring that empties as the QR's seconds run out.

import { element, svg } from "./dom.js";
import { t } from "./language.js";

const RADIUS = 20;
const LENGTH = 2 * Math.PI * RADIUS;

/** `ends` and `began` in milliseconds. Call `stop` when the ring leaves the screen. */
export function ring(ends, began) {
  const drawing = svg("svg", { viewBox: "0 0 48 48", "aria-hidden": "true" });
  const circle = { cx: 24, cy: 24, r: RADIUS };
  const rest = svg("circle", { ...circle, class: "rest", "stroke-dasharray": LENGTH });
  drawing.append(svg("circle", { ...circle, class: "track" }), rest);
  const number = element("span", { "aria-hidden": "true" });
  const made = element("div", { class: "ring", role: "timer", "aria-live": "off" }, drawing, number);
  const update = () => {
    const left = Math.max(0, ends - Date.now());
    const seconds = Math.ceil(left / 1000);
    rest.setAttribute("stroke-dashoffset", LENGTH * (1 - Math.min(1, left / (ends - began))));
    number.textContent = String(seconds);
    made.setAttribute("aria-label", seconds > 0 ? t("secondsLeft", { seconds }) : t("ended"));
    if (left === 0) stop();
  };
  const timer = setInterval(update, 250);
  const stop = () => clearInterval(timer);
  update();
  return { element: made, stop };
}
