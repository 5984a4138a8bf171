/* The service worker: keeps the offline page's frame, its assets and the form's declaration, by the version that their bytes make.
   It never keeps anything else: no page and no answer that could name a person. `self.KEPT` is put before this file by the server. */
"use strict";

const NAME = `anhu-field-${self.KEPT.version}`;
const FRAME = self.KEPT.page;
const WANTED = new Set([FRAME, ...self.KEPT.assets]);

self.addEventListener("install", (event) => {
  const fresh = [...WANTED].map((address) => new Request(address, { cache: "reload", credentials: "same-origin" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith("anhu-field-") && name !== NAME;
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin || !WANTED.has(pathname)) return;
  event.respondWith(caches.open(NAME).then((cache) => cache.match(pathname)).then((kept) => kept || fetch(event.request)));
});
