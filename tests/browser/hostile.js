// Texts that try to be more than texts, and what a page has to do with them.
import assert from 'node:assert/strict';

import { NARROW, WIDE } from './harness.js';

const SCRIPT = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>"\'><svg onload=window.ran=1>';

/** Each text by what it tries. */
export const TEXTS = {
  script: SCRIPT,
  template: '{{ 7*7 }} {% if 1 %}${7*7} #{7*7} <%= 7*7 %> {{{ 7*7 }}} &lt;b&gt; %7B%7B',
  direction: '\u202eright to left\u2067\u05d0\u05d1\u05d2 abc \u200f\u0645\u0631\u062d\u0628\u0627 123 \u202d',
  long: 'W'.repeat(5_000),
  words: 'a text of words '.repeat(313).trim(),
};

/** The text, at most as long as a field takes it. */
export function cut(text, characters) {
  return [...text].slice(0, characters).join('').trim();
}

/** The page shows these texts as they are, runs nothing of them, and is not wider than a window of each of these sizes. */
export async function staysWhole(page, shown = [], viewports = [WIDE, NARROW]) {
  for (const viewport of viewports) {
    if (page.viewportSize().width !== viewport.width) await page.setViewportSize(viewport);
    await fits(page, viewport);
  }
  assert.equal(await page.evaluate(() => window.ran), undefined, `${path(page)} has run a text`);
  if (shown.length === 0) return;
  const seen = squeezed(await page.evaluate(() => document.body.innerText));
  for (const it of shown) assert.ok(seen.includes(squeezed(it)), `${path(page)} does not show ${it.slice(0, 60)}: ${seen.slice(0, 400)}`);
}

/** Nothing reaches beyond the window, except what scrolls inside a part of the page. */
export async function fits(page, viewport) {
  const { width, widest } = await page.evaluate(() => {
    const beyond = [...document.querySelectorAll('body *')].filter((it) => it.getBoundingClientRect().right > window.innerWidth + 1);
    const first = beyond[0];
    return { width: document.documentElement.scrollWidth, widest: first && `${first.tagName} ${first.dataset.testid ?? first.className}` };
  });
  assert.ok(width <= viewport.width, `${path(page)} is ${width} wide in a window of ${viewport.width}; ${widest} reaches beyond it`);
}

/** The address of a page, without its query. */
function path(page) {
  return new URL(page.url()).pathname;
}

/** Without white space, which a page may lay out as it likes, and in small letters, which a style may change. */
function squeezed(text) {
  return text.replace(/\s+/g, '').toLowerCase();
}
