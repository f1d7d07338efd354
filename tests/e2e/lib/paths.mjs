// Where the things under test are. `cargo xtask test` says so through the environment; run by
// hand, the usual places of a build are tried.
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const root = resolve(here, '..', '..', '..');

/** The built app. */
export const dist = need('ROUNDS_DIST', [join(root, 'dist')], 'build the app first: trunk build');

/** The endpoint's program. */
export const endpoint = need(
  'ROUNDS_ENDPOINT',
  ['release', 'debug'].map((kind) => join(root, 'target', kind, 'rounds-endpoint')),
  'build the endpoint first: cargo build --release --package rounds-endpoint',
);

/** Chromium or another Chrome. */
export function chromium() {
  return program('CHROMIUM', ['chromium', 'chromium-browser', 'google-chrome', 'chrome']);
}

/** WebKitGTK's WebDriver. */
export function webkitDriver() {
  return program('WEBKIT_DRIVER', ['WebKitWebDriver']);
}

/** A virtual screen's server, for runs by hand without a display. */
export function xvfb() {
  return program('XVFB', ['Xvfb']);
}

/** Screenshots and what a failed test leaves; not in git. */
export function outFolder(...parts) {
  const folder = join(here, '..', 'out', ...parts);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A folder that is gone once the test is over. */
export function scratch(t, name) {
  const folder = mkdtempSync(join(tmpdir(), `rounds-${name}-`));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  return folder;
}

function need(variable, guesses, advice) {
  const found = [process.env[variable], ...guesses].find((path) => path && existsSync(path));
  if (!found) throw new Error(`${variable} is not set and nothing is at ${guesses.join(', ')}: ${advice}`);
  return resolve(found);
}

function program(variable, names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const guesses = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = [process.env[variable], ...guesses].find((path) => path && isProgram(path));
  if (!found) throw new Error(`none of ${names.join(', ')} is installed (${variable} may name one)`);
  return found;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
