// Starts the app: checks what the browser can do, loads the program as a stream, and says so in plain words when that
// does not work. Kept to old syntax, so that browsers which are too old get as far as being told.

const WORDS = {
  network: "程序没有下载完整。请检查网络,再试一次。 The program did not arrive whole. Check the network and try again.",
  broken: "程序启动时出了问题。已存在手机上的记录不受影响,请再试一次。 Starting failed. What is saved on this phone is safe; please try again.",
};

// A module that uses every instruction set the program is built with; valid only where all are there.
const PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 0, 2, 127, 127, 3, 2, 1, 0, 4, 4, 1, 111, 0, 0, 5, 3, 1, 0, 0, 6, 6, 1, 127, 1,
  65, 0, 11, 7, 5, 1, 1, 103, 3, 0, 10, 23, 1, 21, 0, 65, 0, 65, 0, 65, 0, 252, 11, 0, 67, 0, 0, 0, 0, 252, 0, 65, 0, 192,
  11,
]);

const part = (id) => document.getElementById(id);
const show = (id, shown) => part(id) && part(id).toggleAttribute("hidden", !shown);

function canRun() {
  return typeof WebAssembly === "object" && WebAssembly.validate(PROBE) && typeof BigInt === "function";
}

function canStore() {
  try {
    return Boolean(window.indexedDB);
  } catch (refused) {
    return false; // Some browsers throw when site data is switched off.
  }
}

// The person's own theme and text size, before the program can set them.
function applyPreferences() {
  try {
    const kept = JSON.parse(localStorage.getItem("rounds.prefs") || "{}");
    const root = document.documentElement;
    if (kept.theme === "light" || kept.theme === "dark") root.setAttribute("data-theme", kept.theme);
    if (kept.text === "large" || kept.text === "larger") root.setAttribute("data-text", kept.text);
  } catch (unreadable) {
    // The program reads them again and falls back on its own.
  }
}

function stop(id) {
  ["shell-progress", "shell-bones", "shell-note", "shell-slow"].forEach((other) => show(other, false));
  show(id, true);
}

function fail(words) {
  stop("not-started");
  const why = part("not-started-why");
  if (why) why.textContent = words;
  const again = part("try-again");
  if (again) again.addEventListener("click", () => location.reload(), { once: true });
}

// The response goes to the compiler untouched, so that the browser may keep the compiled code. Only where the line is
// known to be slow and nothing is kept yet is a copy counted, to show how far it is.
async function program(url, bytes) {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new TypeError("status " + response.status);
  const line = navigator.connection;
  const slow = performance.now() > 1500 || (line && (line.downlink < 2 || /2g|3g/.test(line.effectiveType)));
  const kept = navigator.serviceWorker && navigator.serviceWorker.controller;
  const plain = response.headers.get("content-encoding") ? 0 : Number(response.headers.get("content-length"));
  const total = bytes || plain;
  if (slow && !kept && total && response.body) count(response.clone().body.getReader(), total);
  return response;
}

async function count(reader, total) {
  const bar = part("shell-progress");
  const began = performance.now();
  let read = 0;
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      read += piece.value.length;
      if (performance.now() - began < 1000 || !bar) continue;
      bar.max = total;
      bar.value = Math.min(read, total);
    }
  } catch (cut) {
    // The compiler reads the same stream and reports the same cut.
  }
}

function registerWorker() {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker
    .register("/sw.js", { scope: "/", updateViaCache: "none" })
    .catch((error) => console.warn("The offline start could not be set up:", error));
}

// The program broke down: it has written its line in the journal and stopped its writes. Nothing it drew works any more,
// so a plain page takes its place, which needs nothing of it.
function crashed() {
  const page = part("crash");
  if (!page) return;
  document.body.replaceChildren(page.content);
  document.querySelector("[data-testid=crash-reload]").addEventListener("click", () => location.reload());
}

// A trap that the program could not see itself, such as memory running out. The journal's shape is `store::crash`'s.
function trapped(error) {
  if (!(error instanceof WebAssembly.RuntimeError) || part("shell") || !part("crash")) return;
  try {
    const lines = (localStorage.getItem("rounds.crashes") || "").split("\n").filter(Boolean).slice(-9);
    localStorage.setItem("rounds.crashes", lines.concat(Date.now() + " - - trap").join("\n"));
  } catch (full) {
    // Only the line is lost.
  }
  crashed();
}

async function start() {
  const script = document.querySelector("script[data-module]");
  let module;
  let response;
  try {
    [module, response] = await Promise.all([
      import(script.dataset.module),
      program(script.dataset.wasm, Number(script.dataset.bytes) || 0),
    ]);
  } catch (error) {
    console.error(error);
    return fail(WORDS.network);
  }
  try {
    await module.default({ module_or_path: response });
  } catch (error) {
    console.error(error);
    // Only while nothing is on the screen: a later trap belongs to the program.
    if (part("shell")) fail(error instanceof TypeError ? WORDS.network : WORDS.broken);
    return undefined;
  }
  if (document.readyState === "complete") registerWorker();
  else addEventListener("load", registerWorker, { once: true });
  return undefined;
}

addEventListener("rounds-crash", crashed);
addEventListener("error", (event) => trapped(event.error));
addEventListener("unhandledrejection", (event) => trapped(event.reason));
applyPreferences();
if (!canRun()) {
  const told = document.createElement("script");
  told.src = "/too-old.js";
  document.head.append(told);
} else if (!canStore()) {
  stop("no-storage");
} else {
  start();
}
