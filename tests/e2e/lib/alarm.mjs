// The app's alarms by their stable ids: what is wrong, and the next step.
import { id } from './app.mjs';
import { until } from './wait.mjs';

export const alarmCss = (kind) => `${id('alarm')}[data-alarm="${kind}"]`;

/** Waits until the app raises an alarm that has words and a next step; one that came late is first looked at. */
export async function untilAlarm(app, kind) {
  const css = alarmCss(kind);
  await until(`the alarm ${kind}`, async () => {
    if (await app.phone.count(css)) return true;
    if (await app.phone.count(id('alarm-late'))) await app.phone.click(id('alarm-late'));
    return false;
  }, { timeout: 60_000 });
  await until(`words and the next step of ${kind}`, async () => {
    const [words, steps] = await Promise.all([app.phone.text(css), app.phone.count(`${css} ${id('alarm-action')}`)]);
    return words.trim().length >= 4 && steps > 0;
  });
}
