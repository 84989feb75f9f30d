// What axe-core says about a page.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { installed } from './chromium.js';

const AXE = await readFile(installed.resolve('axe-core/axe.min.js'), 'utf8');
const GRAVE = ['serious', 'critical'];

/** Nothing on the page is a grave hindrance, in each of these schemes. `what` says which page it is. */
export async function isAccessible(page, what, schemes = ['dark', 'light']) {
  // The policy of a page lets no script of another place in; the debugger may run one.
  await page.evaluate(AXE);
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    // A scheme changes colours and nothing else.
    const only = colorScheme === schemes[0] ? {} : { runOnly: ['color-contrast'] };
    const { violations } = await page.evaluate((more) => window.axe.run(document, { resultTypes: ['violations'], ...more }), only);
    const grave = violations.filter((it) => GRAVE.includes(it.impact));
    assert.deepEqual(grave.map(inWords), [], `${what}, ${colorScheme}`);
  }
}

function inWords({ id, help, nodes }) {
  return `${id}: ${help}: ${nodes.slice(0, 4).map((it) => `${it.target} ${it.any[0]?.message ?? ''}`).join(' | ')}`;
}
