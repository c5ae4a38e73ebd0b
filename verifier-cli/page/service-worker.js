// Makes the page work without a network after the first visit. The build writes version and files.

const CACHE = `ikd-page-${"1bfc471fbf7cee36"}`;
const FILES = ["./","app/camera-view.js","app/camera.js","app/challenge.js","app/dialogs.js","app/dom.js","app/feedback.js","app/gate.js","app/handheld.js","app/language.js","app/main.js","app/manifest.js","app/pictures.js","app/profiles.js","app/ring.js","app/settings.js","app/shift.js","app/texts.js","app/trust.js","app/verdict-view.js","app/verdict.js","icon.svg","ikd/client.js","ikd/frames.js","ikd/ikd.js","ikd/ikd_bg.wasm","ikd/index.js","ikd/replay-store.js","ikd/trust-store.js","ikd/worker.js","manifest.webmanifest","style/base.css","style/dialogs.css","style/gate.css","style/verdict.css"];

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(CACHE);
    // Past the HTTP cache, so that one version never mixes files of two.
    await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
  };
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("ikd-page-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  const answer = async () => {
    const cache = await caches.open(CACHE);
    const key = request.mode === "navigate" ? "./" : request;
    return (await cache.match(key, { ignoreSearch: true })) ?? fetch(request);
  };
  event.respondWith(answer());
});
