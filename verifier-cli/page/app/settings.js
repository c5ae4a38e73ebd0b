// What this device remembers about itself. Nothing here is about a person.

const KEY = "ikd-settings";

const DEFAULTS = {
  language: "id",
  theme: "auto",
  profile: "boarding",
  cameraId: "",
  sound: true,
  vibration: true,
  relyingParty: "",
  bundleUrl: "",
};

function load() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { ...DEFAULTS };
  }
}

export const settings = load();

export function change(changes) {
  Object.assign(settings, changes);
  localStorage.setItem(KEY, JSON.stringify(settings));
}

export function applyTheme() {
  document.documentElement.dataset.theme = settings.theme;
}
