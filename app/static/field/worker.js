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
    .then(() => self.registration.navigationPreload?.enable()) // a page is asked for while this worker wakes up
    .then(() => self.clients.claim()));
});

const keptOrAsked = async (pathname, request) => (await (await caches.open(NAME)).match(pathname)) ?? fetch(request);

/* Whoever opens any page of ours without a network is led to what works without one. */
const askedOrOffline = async (event) => {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return Response.redirect(FRAME, 302);
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (WANTED.has(pathname)) event.respondWith(keptOrAsked(pathname, request));
  else if (request.mode === "navigate") event.respondWith(askedOrOffline(event));
});
