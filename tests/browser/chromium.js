// Chromium, as Playwright drives it.
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

/** The packages of all tests in JavaScript lie in one folder. */
export const installed = createRequire(new URL('../clients/package.json', import.meta.url));
const { chromium } = installed('playwright-core');

/** What `tests/prepare` looks for. */
const NAMES = ['chromium', 'google-chrome', 'chromium-browser'];

/** A browser. */
export function open() {
  return chromium.launch({ executablePath: executable(), args: ['--no-sandbox', '--disable-gpu'] });
}

function executable() {
  const paths = process.env.PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = paths.filter(isExecutable);
  if (found.length === 0) throw new Error('Chromium is missing: run tests/prepare');
  return found[0];
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
