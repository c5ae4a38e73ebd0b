// Sound and vibration: three signs that differ in rhythm, so that nobody has to look or hear well.

import { settings } from "./settings.js";

const SIGNS = {
  good: { notes: [[880, 0, 0.12], [1320, 0.12, 0.2]], vibration: [60] },
  look: { notes: [[660, 0, 0.18], [660, 0.28, 0.18]], vibration: [120, 90, 120] },
  bad: { notes: [[220, 0, 0.45]], vibration: [350] },
};

let audio;

/** Browsers allow sound only after a person has done something; this is called then. */
export function wakeSound() {
  if (settings.sound) {
    audio ??= new AudioContext();
    audio.resume();
  }
}

export function signal(state) {
  const { notes, vibration } = SIGNS[state];
  if (settings.vibration) navigator.vibrate?.(vibration);
  if (!settings.sound || audio?.state !== "running") return;
  for (const [frequency, begins, length] of notes) {
    const at = audio.currentTime + begins;
    const tone = new OscillatorNode(audio, { frequency });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setTargetAtTime(0.25, at, 0.01);
    volume.gain.setTargetAtTime(0, at + length - 0.04, 0.02);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + length + 0.1);
  }
}
