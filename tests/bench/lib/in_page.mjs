// What runs in the measured pages, the same in both. Functions here are sent as text: each must
// stand by itself.

/** Installed before the page's own first line: notes when the first item can be tapped, when all
    are there, and every long task. `size` is how many items there must be. */
export function watchFirst(size) {
  const noted = { first: null, all: null, long: [] };
  window.__noted = noted;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) noted.long.push({ at: entry.startTime, took: entry.duration });
  }).observe({ type: 'longtask', buffered: true });
  const items = document.getElementsByClassName('check-item');
  // After the frame that shows it: a message posted from a frame's callback runs once it is drawn.
  const afterFrame = (done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  });
  const canBeTapped = () => {
    const button = items[0]?.querySelector('[data-testid="verdict-pass"]');
    if (!button) return false;
    const { left, top, width, height } = button.getBoundingClientRect();
    if (width === 0) return false;
    const hit = document.elementFromPoint(left + width / 2, Math.min(top + height / 2, innerHeight - 1));
    return top > innerHeight || button.contains(hit) || hit?.closest('.check-item') !== null;
  };
  const look = () => {
    if (noted.first === null && canBeTapped()) afterFrame((now) => (noted.first ??= now));
    if (noted.all === null && items.length >= size) afterFrame((now) => (noted.all ??= now));
    if (noted.first === null || noted.all === null) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** What was noted, once the first item can be tapped. */
export function firstNoted() {
  return window.__noted?.first != null && window.__noted;
}

/** What was noted, once all items are there and the page has been idle for a moment. */
export function allNoted() {
  const { __noted: noted } = window;
  const last = noted?.long.at(-1);
  const isIdle = !last || performance.now() - last.at - last.took > 1000;
  return noted?.all != null && isIdle && performance.now() - noted.all > 1000 && noted;
}

/** What was noted, once all items are there or the first has been there for `span` milliseconds. */
export function spanNoted(span) {
  const { __noted: noted } = window;
  const isOver = noted?.first != null && (noted.all != null || performance.now() > noted.first + span);
  return isOver && { ...noted, built: document.getElementsByClassName('check-item').length };
}

export function countItems(size) {
  return document.getElementsByClassName('check-item').length >= size;
}

export async function isWorkerReady() {
  const registration = await navigator.serviceWorker?.getRegistration();
  return registration?.active?.state === 'activated';
}

/** Brings item `at` into the middle and tells where a button of it is. */
export async function placeOf(at, button) {
  const item = document.getElementsByClassName('check-item')[at];
  const mark = () => item.querySelector(`[data-testid="${button}"]`);
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  // Rows not drawn yet have a guessed height: once drawn, look again.
  for (let turn = 0; turn < 3; turn += 1) {
    (mark() ?? item).scrollIntoView({ block: 'center', behavior: 'instant' });
    await frame();
  }
  const { left, top, width, height } = mark().getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

/** Arms the watch for one tap on item `at`: notes the time from the finger to the painted change. */
export function armTap(at, wanted) {
  const item = document.getElementsByClassName('check-item')[at];
  const isShown = () => item.dataset.verdict === wanted && (wanted !== 'fail' || item.querySelector('[data-testid="fail-reason"]') !== null);
  window.__tap = null;
  window.__kept = null;
  addEventListener('click', (event) => {
    const began = event.timeStamp;
    const look = () => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      const isThere = isShown();
      port1.onmessage = () => (isThere ? (window.__tap = performance.now() - began) : look());
      port2.postMessage(0);
    });
    look();
    const kept = () => item.dataset.saved === 'true' && (window.__kept = performance.now() - began);
    // The mark is taken back by the tap itself and set again by the finished write.
    queueMicrotask(() => new MutationObserver((_, watcher) => kept() && watcher.disconnect())
      .observe(item, { attributes: true, attributeFilter: ['data-saved'] }));
  }, { once: true, capture: true });
}

export function tapNoted() {
  return window.__tap;
}

export function keptNoted() {
  return window.__kept;
}

/** From here on each tap of the floor page is also put on disk: one strict put, nothing around it. */
export async function keepTaps() {
  const base = await new Promise((done, failed) => {
    const asked = indexedDB.open('floor', 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore('drafts');
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  addEventListener('click', (event) => {
    const item = event.target.closest('.check-item');
    if (!item) return;
    delete item.dataset.saved;
    const write = base.transaction('drafts', 'readwrite', { durability: 'strict' });
    write.objectStore('drafts').put({ verdict: item.dataset.verdict, text: 'x'.repeat(600) }, item.dataset.itemId);
    write.oncomplete = () => (item.dataset.saved = 'true');
  });
}
