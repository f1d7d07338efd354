// The app's alarms by their stable ids: what is wrong, and the next step.
import { id } from './app.mjs';
import { until } from './wait.mjs';

export const alarmCss = (kind) => `${id('alarm')}[data-alarm="${kind}"]`;

/** Waits until the app raises an alarm that has words and a next step. */
export async function untilAlarm(app, kind) {
  const css = alarmCss(kind);
  await until(`the alarm ${kind}`, async () => (await app.phone.count(css)) > 0);
  await until(`the words of ${kind}`, async () => (await app.phone.text(css)).trim().length > 10);
  await until(`the next step of ${kind}`, async () => (await app.phone.count(`${css} ${id('alarm-action')}`)) > 0);
}
