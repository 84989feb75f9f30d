// A page used by its keys alone.
import assert from 'node:assert/strict';

const TABS_MAX = 400;

/** Presses Tab until the element with that test id has the focus. */
export async function tabTo(page, id) {
  await page.getByTestId(id).first().waitFor();
  await page.waitForLoadState('load'); // before that the scripts of the page may not listen
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    if ((await focused(page)).id === id) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${id}`);
}

/** Goes to the element and presses a key on it. */
export async function press(page, id, key = 'Enter') {
  await tabTo(page, id);
  await page.keyboard.press(key);
}

/** Goes to the field and writes that text in place of what is there. */
export async function write(page, id, text) {
  await tabTo(page, id);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
}

/** Tab leads to every control that can be seen, and each shows that it has the focus. */
export async function allReachable(page) {
  await page.evaluate(() => document.activeElement?.blur());
  const [reached, unseen] = [new Set(), []];
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press('Tab');
    const { key, outlined } = await focused(page);
    if (key === null || reached.has(key)) break;
    reached.add(key);
    if (!outlined) unseen.push(key);
  }
  const missing = (await page.evaluate(controls)).filter((it) => !reached.has(it));
  assert.deepEqual({ missing, unseen }, { missing: [], unseen: [] });
}

/** The element that has the focus. */
function focused(page) {
  return page.evaluate(() => {
    const it = document.activeElement;
    if (!it || it === document.body) return { id: null, key: null, outlined: false };
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(it);
    const outlined = (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
    it.dataset.reached ??= `${document.querySelectorAll('[data-reached]').length + 1}`;
    return { id: it.dataset.testid ?? null, key: `${it.tagName} ${it.dataset.testid ?? it.id} ${it.dataset.reached}`, outlined };
  });
}

/** The controls of the page that can be seen and used, as `focused` names them; one of a group of radio buttons stands for all. */
function controls() {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  const isUsed = (it) => it.type === 'radio' && document.querySelector(`input[name="${CSS.escape(it.name)}"][data-reached]`) !== null;
  const can = all.filter((it) => !it.disabled && it.tabIndex >= 0 && it.checkVisibility({ visibilityProperty: true }) && !isUsed(it));
  return can.map((it) => `${it.tagName} ${it.dataset.testid ?? it.id} ${it.dataset.reached ?? ''}`);
}
