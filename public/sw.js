// The service worker: one build, whole or not at all. The build writes the version and the list of files with their
// SHA-256 below. It never touches /v1, never replaces a running page by itself, and keeps the build before it for as
// long as a page of that build may be open.

const VERSION = "__VERSION__";
const FILES = /*__FILES__*/[];

const PREFIX = "rounds-";
const CACHE = PREFIX + VERSION;
const SHELL = "/index.html";
const AT_ONCE = 4;
const LISTED = new Set(FILES.map((file) => file.url));
const HASHED = /-[0-9a-f]{8,}[._]/;

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => {
  const type = event.data && event.data.type;
  // The person has accepted the new version.
  if (type === "ACTIVATE") event.waitUntil(self.skipWaiting());
  if (type === "VERSION" && event.ports[0]) event.ports[0].postMessage(VERSION);
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || isEndpoint(url.pathname)) return;
  if (request.mode === "navigate") event.respondWith(navigate(event, url));
  else if (LISTED.has(url.pathname)) event.respondWith(kept(request, url.pathname));
  else if (HASHED.test(url.pathname)) event.respondWith(fromAnyBuild(request));
});

function isEndpoint(path) {
  return path === "/v1" || path.startsWith("/v1/");
}

// All files or none: a build that changed while it was being fetched is refused, and the next try starts over.
async function install() {
  const cache = await caches.open(CACHE);
  const queue = FILES.slice();
  const worker = async () => {
    for (let file = queue.pop(); file; file = queue.pop()) await cache.put(file.url, await exact(file));
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } catch (error) {
    queue.length = 0;
    await caches.delete(CACHE);
    throw error;
  }
}

// The very bytes of this build: what the browser has from loading the page will do when the hash agrees; else the
// network is asked past every cache.
async function exact(file) {
  for (const cache of ["default", "reload"]) {
    const response = await fetch(file.url, { cache, credentials: "same-origin", redirect: "error" });
    if (response.ok && response.type === "basic" && (await hash(response.clone())) === file.hash) return response;
  }
  throw new Error("not of this build: " + file.url);
}

async function hash(response) {
  const digest = await crypto.subtle.digest("SHA-256", await response.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The very first build takes over the page that installed it; later ones wait until they are asked.
async function activate() {
  const others = await otherBuilds();
  if (others.length === 0) return self.clients.claim();
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // `keys` lists caches in the order they were made: the last is the build that open pages came from.
  const unused = pages.length === 0 ? others : others.slice(0, -1);
  await Promise.all(unused.map((name) => caches.delete(name)));
  return undefined;
}

async function otherBuilds() {
  const names = await caches.keys();
  return names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
}

// Every address of the app opens from this build's own shell. /demo is made by the endpoint and needs it.
async function navigate(event, url) {
  event.waitUntil(dropOlder(event.resultingClientId));
  if (url.pathname === "/demo" || url.pathname.startsWith("/demo/")) {
    try {
      return await fetch(event.request);
    } catch (offline) {
      return kept(event.request, SHELL);
    }
  }
  return kept(event.request, SHELL);
}

// With no page but the one being opened, older builds have no reader left. A newer build on its way is not older.
async function dropOlder(opening) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.some((page) => page.id !== opening)) return;
  const others = await otherBuilds();
  const { installing, waiting } = self.registration;
  if (installing || waiting) return;
  await Promise.all(others.map((name) => caches.delete(name)));
}

// Handed over as it was stored, MIME type and all, so that the browser can reuse compiled code.
async function kept(request, path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) || fetch(request);
}

async function fromAnyBuild(request) {
  return (await caches.match(request)) || fetch(request);
}
