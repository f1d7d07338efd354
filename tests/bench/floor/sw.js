// Keeps the floor's three files and answers from them.
const FILES = __FILES__;
const CACHE = 'floor';
addEventListener('install', (event) => event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => skipWaiting())));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const path = event.request.mode === 'navigate' ? '/' : new URL(event.request.url).pathname;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(path)).then((kept) => kept || fetch(event.request)));
});
