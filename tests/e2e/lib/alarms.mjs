// The alarms as a person meets them, and the small stubs that bring them about.
import assert from 'node:assert/strict';
import { alarmCss } from './alarm.mjs';
import { id, itemCss } from './app.mjs';
import { answer } from './checks.mjs';
import { until } from './wait.mjs';

const lateCss = id('alarm-late');

/** Waits until the alarm has its place on the page; one that came late is given it by a tap. */
export async function waitForAlarm(phone, kind, options = { timeout: 30_000 }) {
  await until(`the alarm ${kind}`, async () => {
    if (await phone.count(alarmCss(kind))) return true;
    if (await phone.count(lateCss)) await phone.click(lateCss);
    return false;
  }, options);
}

/** Waits until the alarm is told nowhere on the page. */
export function waitForPeace(phone, kind, options = { timeout: 30_000 }) {
  return until(`no alarm ${kind}`, async () => {
    const late = await phone.attributes(lateCss, 'data-alarm');
    return (await phone.count(alarmCss(kind))) === 0 && !late.includes(kind);
  }, options);
}

/** Unfolds the alarm and returns its words. */
export async function read(phone, kind) {
  await waitForAlarm(phone, kind);
  const fold = `${alarmCss(kind)}:not([open]) > summary`;
  if (await phone.count(fold)) await phone.click(fold);
  return phone.text(alarmCss(kind));
}

/** The next steps that the alarm offers. */
export function steps(phone, kind) {
  return phone.attributes(`${alarmCss(kind)} ${id('alarm-action')}`, 'data-step');
}

/** Takes a next step. */
export async function take(phone, kind, step) {
  await read(phone, kind);
  await phone.click(`${alarmCss(kind)} ${id('alarm-action')}[data-step="${step}"]`);
}

/** Waits until the alarm says this: what it says may change as more is known. */
export function waitForWords(phone, kind, words) {
  return until(`${kind} says ${words}`, async () => {
    const said = await read(phone, kind);
    if (!words.test(said)) throw new Error(`it says: ${said}`);
    return true;
  });
}

/** Checks the alarm's words in both languages, on the screen where the language is chosen. */
export async function assertWords(phone, kind, words) {
  await phone.click(id('nav-me'));
  for (const language of ['en', 'zh']) {
    const button = id(`lang-${language}`);
    await until('the settings', async () => (await phone.count(button)) > 0);
    await phone.click(button);
    await until(`the language ${language}`, async () => (await phone.attributes(button, 'aria-pressed'))[0] === 'true');
    await waitForWords(phone, kind, words[language]);
  }
}

/** An item can still be judged and is saved, whatever stands at the top of the page. */
export async function assertWorks(app, office, task, nth, verdict = 'na') {
  const item = task.items[nth];
  await app.home();
  await app.openTask(task.id, task.items.length);
  await answer(app, item.id, office.clauseOf(item), { verdict });
  await app.phone.reload();
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(item.id), verdict, 'kept through a reload');
}

/** Lets a test move the phone's wall clock: `move` in milliseconds, kept over reloads. */
export async function looseClock(phone) {
  await phone.page.addInitScript(() => {
    const real = Date.now;
    Date.now = () => real() + Number(localStorage.getItem('test.shift') ?? 0);
  });
  await phone.reload();
  return (ms) => phone.evaluate((by) => localStorage.setItem('test.shift', String(by)), ms);
}

/** Where an item is on the screen. */
export function placeOf(phone, item) {
  return phone.evaluate((css) => document.querySelector(css).getBoundingClientRect().top, itemCss(item));
}

/** Leaves the app, which would write on, and deletes what a browser keeps of the site: `indexeddb`, `local_storage`. */
export async function wipe(phone, origin, kinds) {
  await phone.goto('about:blank');
  const cdp = await phone.cdp();
  await cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: kinds });
}
