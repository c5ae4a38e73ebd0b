// The settings, the shift and the manifest: dialogs that only move values about.

import { $, download, element, facts } from "./dom.js";
import { applyLanguage, t, time } from "./language.js";
import { parseManifest } from "./manifest.js";
import { profiles } from "./profiles.js";
import { applyTheme, change, settings } from "./settings.js";
import { tally, toCsv } from "./shift.js";

/** Buttons that close the dialog they are in, and clicks beside it. */
export function prepareDialogs() {
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  }
}

/** @param onChange called with the name of the setting */
export function prepareSettings(onChange) {
  const bind = (id, name, property = "value") => {
    $(id)[property] = settings[name];
    $(id).addEventListener("change", () => {
      change({ [name]: $(id)[property] });
      onChange(name);
    });
  };
  fillProfiles();
  bind("profile", "profile");
  bind("language", "language");
  bind("theme", "theme");
  bind("sound", "sound", "checked");
  bind("vibration", "vibration", "checked");
  bind("relying-party", "relyingParty");
  $("open-settings").addEventListener("click", () => $("settings").showModal());
}

export function applyLook() {
  applyTheme();
  applyLanguage();
  fillProfiles();
}

function fillProfiles() {
  const options = Object.keys(profiles).map((name) => element("option", { value: name }, t(`profile_${name}`)));
  $("profile").replaceChildren(...options);
  $("profile").value = settings.profile;
}

export function prepareShift(shift, onClear) {
  const show = async () => {
    const entries = await shift.entries();
    const since = entries[0] && time(new Date(entries[0].at));
    facts($("shift-counts"), [[t("shiftSince"), since], ...tally(entries).map(([code, count]) => [code, String(count)])]);
  };
  $("open-shift").addEventListener("click", async () => {
    await show();
    $("shift").showModal();
  });
  $("shift-export").addEventListener("click", async () => {
    const name = `ikd-shift-${new Date().toISOString().slice(0, 16).replace(":", "")}.csv`;
    download(name, "text/csv", toCsv(await shift.entries()));
  });
  $("shift-new").addEventListener("click", async () => {
    await shift.clear();
    await show();
    onClear();
  });
}

/** @param gate gets the passengers */
export function prepareManifest(gate) {
  const show = () => {
    const passengers = gate.manifest ?? [];
    const boarded = passengers.filter((passenger) => passenger.boarded).length;
    const state = $("manifest-state");
    state.dataset.state = "";
    state.textContent = gate.manifest ? t("manifestLoaded", { count: passengers.length, boarded }) : t("manifestNone");
  };
  $("open-manifest").addEventListener("click", () => {
    show();
    $("manifest").showModal();
  });
  $("manifest-pick").addEventListener("click", () => $("manifest-file").click());
  $("manifest-file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    try {
      gate.manifest = parseManifest(await file.text());
      show();
    } catch {
      $("manifest-state").dataset.state = "bad";
      $("manifest-state").textContent = t("manifestBad");
    }
    target.value = "";
  });
  $("manifest-clear").addEventListener("click", () => {
    gate.manifest = undefined;
    show();
  });
}
