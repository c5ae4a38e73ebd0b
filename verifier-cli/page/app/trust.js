// Trust on this device: how old it is, and how newer bundles come in. The verifier decides which.

import { $, facts } from "./dom.js";
import { duration, t, time } from "./language.js";
import { change, settings } from "./settings.js";

const HOUR = 3_600_000;

export class TrustPanel {
  #client;
  #onChange;
  info;

  /** @param onChange called when trust has come in */
  constructor(client, onChange) {
    this.#client = client;
    this.#onChange = onChange;
    $("open-trust").addEventListener("click", () => this.open());
    $("bundle-pick").addEventListener("click", () => $("bundle-file").click());
    $("bundle-file").addEventListener("change", ({ target }) => {
      const [file] = target.files;
      target.value = "";
      if (file) this.#tell(async () => this.#take(await bytesOf(file)));
    });
    $("bundle-fetch").addEventListener("click", () => this.#tell(() => this.#fetch()));
    $("bundle-url").addEventListener("change", ({ target }) => change({ bundleUrl: target.value.trim() }));
    setInterval(() => this.#refreshQuietly(), HOUR);
    setInterval(() => this.showAge(), 30_000);
    addEventListener("online", () => this.#refreshQuietly());
  }

  get isSetUp() {
    return this.info !== undefined;
  }

  /** Reads what is in force; sets this device up by the server's `setup.json` if there is nothing. */
  async load(isSetUp) {
    if (isSetUp) this.info = await this.#client.trustInfo();
    else await this.#setUpByServer();
    this.showAge();
    if (isSetUp) this.#refreshQuietly();
  }

  open() {
    $("bundle-url").value = settings.bundleUrl;
    $("roots-part").open = !this.isSetUp;
    $("trust-message").textContent = "";
    this.#showFacts();
    $("trust").showModal();
  }

  /** The line at the foot of the page. */
  showAge() {
    const line = $("trust-line");
    const button = $("open-trust");
    if (!this.info) {
      button.dataset.state = "none";
      line.textContent = t("trustNone");
      return;
    }
    const age = (iso) => t("ago", { duration: duration((Date.now() - Date.parse(iso)) / 1000) });
    const { issued, expires, statusLists } = this.info;
    // The oldest list says how stale an answer can be.
    const status = statusLists.map((list) => list.issued).sort()[0];
    const ended = Date.now() >= Date.parse(expires);
    const stale = !status || Date.now() - Date.parse(status) > 24 * HOUR;
    button.dataset.state = ended ? "none" : stale ? "stale" : "fresh";
    if (ended) line.textContent = t("trustEnded");
    else if (status) line.textContent = t("trustAge", { trust: age(issued), status: age(status) });
    else line.textContent = t("trustAgeOnly", { trust: age(issued) });
  }

  #showFacts() {
    const { version, issued, expires, statusLists = [] } = this.info ?? {};
    facts($("trust-facts"), [
      [t("trustVersion"), version && String(version)],
      [t("trustIssued"), issued && time(new Date(issued))],
      [t("trustExpires"), expires && time(new Date(expires))],
      ...statusLists.map(({ uri, issued }) => [t("statusList"), `${time(new Date(issued))} · ${uri}`]),
    ]);
  }

  /** Does something about trust and says how it went. */
  async #tell(work) {
    const message = $("trust-message");
    try {
      const { trustVersion: version, refused } = await work();
      message.dataset.state = refused.length > 0 ? "look" : "good";
      message.textContent = t(refused.length > 0 ? "bundlePartly" : "bundleDone", { version, count: refused.length });
    } catch (error) {
      message.dataset.state = "bad";
      message.textContent = explain(error);
    }
  }

  async #take(bundle) {
    const now = new Date();
    const roots = $("roots").value.split(/\s+/).filter(Boolean);
    const report = roots.length > 0
      ? await this.#client.setUp({ roots, threshold: Number($("threshold").value), bundle, now })
      : await this.#import(bundle, now);
    $("roots").value = "";
    await this.#changed();
    return report;
  }

  #import(bundle, now) {
    if (!this.isSetUp) throw Object.assign(new Error(), { code: "invalid_roots" });
    return this.#client.importBundle(bundle, now);
  }

  async #changed() {
    this.info = await this.#client.trustInfo();
    this.showAge();
    this.#showFacts();
    this.#onChange();
  }

  async #fetch() {
    const url = $("bundle-url").value.trim() || settings.bundleUrl;
    change({ bundleUrl: url });
    return this.#take(await download(url));
  }

  /** In the background: a failure leaves what is there, and the line says how old that is. */
  async #refreshQuietly() {
    if (!settings.bundleUrl || !this.isSetUp || !navigator.onLine) return;
    try {
      await this.#import(await download(settings.bundleUrl), new Date());
      await this.#changed();
    } catch {}
  }

  /** The server that this page came from may name roots: its code is trusted already. */
  async #setUpByServer() {
    try {
      const response = await fetch("setup.json", { cache: "no-store" });
      if (!response.ok) return;
      const { roots, threshold, bundle: url } = await response.json();
      await this.#client.setUp({ roots, threshold, bundle: await download(url), now: new Date() });
      change({ bundleUrl: url });
      await this.#changed();
    } catch (error) {
      console.warn("setup.json:", error.code ?? error.message);
    }
  }
}

async function download(url) {
  try {
    const response = await fetch(url, { cache: "no-cache", redirect: "error" });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch {}
  throw Object.assign(new Error(url), { code: "bundleNotFound" });
}

const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());

function explain({ code, message }) {
  const text = code && t(code);
  return text && text !== code ? text : t("failed", { why: code ?? message });
}
