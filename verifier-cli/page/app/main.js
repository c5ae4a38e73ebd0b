// Puts the parts together.

import { VerifierClient } from "../ikd/client.js";
import { CameraView } from "./camera-view.js";
import { ChallengeMode } from "./challenge.js";
import { $ } from "./dom.js";
import { applyLook, prepareDialogs, prepareManifest, prepareSettings, prepareShift } from "./dialogs.js";
import { signal, wakeSound } from "./feedback.js";
import { Gate } from "./gate.js";
import { listenToHandheld } from "./handheld.js";
import { t } from "./language.js";
import { listenToPictures } from "./pictures.js";
import { settings } from "./settings.js";
import { Shift } from "./shift.js";
import { TrustPanel } from "./trust.js";
import { showVerdict, showWaiting } from "./verdict-view.js";

applyLook();
prepareDialogs();

const client = new VerifierClient();
const gate = new Gate(client, takeVerdict);
const trust = new TrustPanel(client, wait);
const challenge = new ChallengeMode(client, gate, wait);
const camera = new CameraView(lookAtFrame);
const counts = { good: 0, look: 0, bad: 0 };
let shift;

prepareSettings(async (name) => {
  if (name === "language" || name === "theme") applyLook();
  if (name === "profile" || name === "relyingParty") {
    await gate.applyProfile();
    await gate.forgetView();
  }
  trust.showAge();
  wait();
});
prepareManifest(gate);
listenToPictures(takePicture, takeText);
listenToHandheld(takeText);
addEventListener("pointerdown", wakeSound);
addEventListener("keydown", wakeSound);

await start();

async function start() {
  navigator.serviceWorker?.register("service-worker.js").catch(() => {});
  // The browser may otherwise clear trust and seen QRs when the disk is full.
  navigator.storage?.persist?.();
  shift = await Shift.open();
  prepareShift(shift, () => showCounts({ good: 0, look: 0, bad: 0 }));
  await countShift();
  try {
    const isSetUp = await client.open();
    await gate.applyProfile();
    await trust.load(isSetUp);
    wait();
  } catch (error) {
    const more = error.code === "trust_damaged" ? t("trust_damaged") : t("failed", { why: error.message });
    showWaiting({ title: t("notSetUp"), more, action: { text: t("setUp"), run: () => trust.open() } });
  }
  document.documentElement.dataset.ready = "";
  await camera.startIfAllowed();
}

/** The state between two persons. */
function wait() {
  $("open-manifest").hidden = !gate.profile.manifest;
  if (!trust.isSetUp) {
    const action = { text: t("setUp"), run: () => trust.open() };
    showWaiting({ title: t("notSetUp"), more: t("notSetUpMore"), action });
  } else if (gate.challenge) {
    showWaiting({ title: t("waitingAnswer"), more: t("waitingAnswerMore"), action: { text: t("challengeStop"), run: () => challenge.stop() } });
  } else {
    showWaiting({ title: t("waiting"), more: t("waitingMore") });
  }
}

function takeVerdict(verdict, entry) {
  if (gate.challenge && verdict.verification.ok) challenge.answered();
  $("challenge").close();
  $("paste-dialog").close();
  signal(verdict.state);
  showVerdict(verdict, gate.profile, wait);
  counts[verdict.state]++;
  showCounts(counts);
  shift.add({ ...entry, code: verdict.code });
}

async function countShift() {
  for (const { code } of await shift.entries()) {
    counts[code === "accepted" ? "good" : code === "look_closer" ? "look" : "bad"]++;
  }
  showCounts(counts);
}

function showCounts(shown) {
  for (const [state, count] of Object.entries(Object.assign(counts, shown))) {
    $(`count-${state}`).textContent = String(count);
  }
}

/** Before this device is set up there is nothing to verify with. */
async function lookAtFrame(picture) {
  if (trust.isSetUp) return gate.look(picture);
  picture.close();
  return { visible: [] };
}

async function takePicture(picture) {
  if (!trust.isSetUp) return;
  const scan = await gate.lookAtStill(picture);
  if (scan.codes.length === 0) showWaiting({ title: t("noQrInPicture"), more: t(`guide_${scan.hint}`) });
}

async function takeText(text) {
  if (trust.isSetUp && text.trim() !== "") await gate.check(text);
}
