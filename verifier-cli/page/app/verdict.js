// From a verification to what staff see. A refusal stays one: this can only ask staff to look closer,
// or refuse, for what the post itself needs.

import { day, say, t } from "./language.js";
import { findPassenger } from "./manifest.js";

/**
 * @returns {{ state: "good" | "look" | "bad", code: string, reasons: string[], advice?: string,
 *   seat?: string, verification: object }}
 */
export function judge(verification, profile, { manifest, content } = {}) {
  if (!verification.ok) return refusal(verification, content);
  const { attributes } = verification;
  if (profile.age !== undefined && attributes[`age_over_${profile.age}`] !== true) {
    const reasons = [t("notAged", { age: profile.age })];
    return { state: "bad", code: "not_aged", reasons, advice: t("notAgedDo"), verification };
  }
  const reasons = [...verification.warnings.map(({ message }) => say(message)), ...doubts(verification)];
  let seat;
  if (profile.manifest && manifest) {
    const { kind, passenger } = findPassenger(manifest, attributes);
    seat = passenger?.seat;
    if (kind !== "match") reasons.push(matchReason(kind, passenger));
    else if (reasons.length === 0) passenger.boarded = true;
  }
  const state = reasons.length > 0 ? "look" : "good";
  const code = state === "look" ? "look_closer" : "accepted";
  return { state, code, reasons, advice: state === "look" ? t("lookWhy") : undefined, seat, verification };
}

function refusal(refused, content) {
  // A web address or a payment code has a better explanation than "not an IKD QR".
  const foreign = refused.code === "not_ikd" && content && content.content !== "ikd";
  const reasons = [say(foreign ? content.message : refused.reason)];
  return { state: "bad", code: refused.code, reasons, advice: say(refused.hint), verification: refused };
}

/** What was not established and should have been, and what has ended meanwhile. */
function doubts({ notEstablished, attributes, verifiedAt }) {
  const usual = new Set(["no_challenge", "replay_device_only", "status_ignored"]);
  const out = notEstablished.filter(({ code }) => !usual.has(code)).map(({ message }) => say(message));
  const permit = attributes.residence_permit_expiry;
  if (permit && permit < today(verifiedAt)) out.push(t("permitEnded", { date: day(permit) }));
  return out;
}

function matchReason(kind, passenger) {
  switch (kind) {
    case "nameDiffers": return t("matchNameDiffers", { name: passenger.name });
    case "nameOnly": return t("matchNameOnly");
    case "several": return t("matchSeveral");
    case "boarded": return t("matchBoarded", { seat: passenger.seat });
    default: return t("matchNone");
  }
}

/** The day in western Indonesia, where the register's calendar is kept. */
export function today(instant) {
  return new Date(Date.parse(instant) + 7 * 3_600_000).toISOString().slice(0, 10);
}

/** Full years from a birth date to a day. */
export function yearsBetween(birth, on) {
  const years = Number(on.slice(0, 4)) - Number(birth.slice(0, 4));
  return on.slice(5) < birth.slice(5) ? years - 1 : years;
}
