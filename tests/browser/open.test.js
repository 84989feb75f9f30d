// A page that stays open: what it asks for is not a visit, what a person does on it is left alone, and many of them go on side by side.
import assert from 'node:assert/strict';

import { scene, shows, sleep, text, until } from './harness.js';

/** After this time a page has asked for all that it would ask for. */
const SETTLED_MS = 1_000;

const status = (page) => page.getByTestId('status').getAttribute('data-status').catch(() => null);

scene('open: a page that follows is visited once', async ({ page, shop, sandbox }) => {
  const { page: address, id } = await shop.invoice();
  await page.goto(address);
  await sandbox.advance('1m');
  await sandbox.act('quoine', 'pay', { invoice: id });
  await until(() => status(page), 'unconfirmed', 'status');
  await sleep(SETTLED_MS);
  const { requests } = await sandbox.ask('GET', 'requests?provider=quoine');
  const { pathname } = new URL(address);
  assert.equal(requests.filter(({ request: it }) => it.method === 'GET' && pathname.endsWith(it.path.split('?')[0])).length, 1);
});

scene('open: what was wrong with a form stays, with what was typed', async ({ page, sandbox }) => {
  await page.goto(`${sandbox.url}/quantum-payouts/index.php?view=login`);
  await page.getByTestId('username').fill('ann');
  await page.getByTestId('password').fill('wrong');
  await page.getByTestId('log-in').click();
  await shows(page, 'fault', /./);
  await sandbox.advance('1m');
  await sleep(SETTLED_MS);
  assert.equal(await page.getByTestId('username').inputValue(), 'ann');
  assert.notEqual(await text(page, 'fault'), null);
});

scene('open: a keyboard stays in the bar when its button goes', async ({ page, shop }) => {
  const { page: address } = await shop.invoice();
  await page.goto(address);
  await page.getByTestId('bar-pay-exact').focus();
  await page.keyboard.press('Enter');
  await until(() => status(page), 'unconfirmed', 'status');
  const isInBar = () => page.evaluate(() => document.activeElement.closest('[data-testid=bar]') !== null);
  assert.ok(await until(isInBar, true, 'focus in the bar'));
});

scene('open: eight pages in one browser load and follow', async ({ page, shop, sandbox }) => {
  const { page: address, id } = await shop.invoice();
  const pages = [page];
  while (pages.length < 8) pages.push(await page.context().newPage());
  for (const it of pages) await it.goto(address);
  await sandbox.act('quoine', 'pay', { invoice: id });
  for (const it of pages) await until(() => status(it), 'unconfirmed', 'status');
  for (const it of pages) assert.ok(await it.getByTestId('live').isHidden());
});

scene('open: a page says that its sandbox was deleted', async (stage) => {
  const sandbox = await stage.server.sandbox();
  const shop = await stage.newShop(sandbox);
  const { page: address } = await shop.invoice();
  await stage.page.goto(address);
  await sleep(SETTLED_MS);
  await stage.server.ask('DELETE', `/__admin/sandboxes/${sandbox.name}`);
  await shows(stage.page, 'live', /deleted/);
  assert.ok(await stage.page.getByTestId('bar-next').isDisabled());
});

scene('open: a page in a frame of another site has no bar', async ({ page, shop }) => {
  const { page: address } = await shop.invoice();
  const elsewhere = shop.framing(address).replace('127.0.0.1', 'localhost');
  await page.route(/^http:\/\/localhost:/, (route) => route.continue());
  await page.goto(elsewhere);
  const frame = page.frameLocator('iframe');
  await frame.getByTestId('amount').waitFor();
  await sleep(SETTLED_MS);
  assert.equal(await frame.getByTestId('bar').count(), 0);
  await page.goto(shop.framing(address));
  await frame.getByTestId('bar').waitFor();
});

scene('open: "Copied" and typed text outlive a change', async ({ page, shop, sandbox }) => {
  const { page: address } = await shop.invoice();
  await page.goto(address);
  await page.getByTestId('pay-amount').fill('0.1');
  await page.getByTestId('copy-amount').click();
  await sandbox.advance('1m');
  await sleep(SETTLED_MS / 2);
  assert.equal(await text(page, 'copy-amount'), 'Copied');
  assert.equal(await page.getByTestId('pay-amount').inputValue(), '0.1');
  await shows(page, 'copy-amount', 'Copy');
});

scene('open: a card number may have gaps', async ({ page, shop }) => {
  const { page: address } = await shop.payout({ type: 'card' });
  await page.goto(address);
  await page.getByTestId('pan').fill('4111 1111 1111 1111');
  await page.getByTestId('submit-card').click();
  await until(() => page.url(), (it) => it.startsWith(`${shop.url}/thanks`), 'address');
});

scene('open: a button can be pressed once the scripts listen, and not before', async ({ page, shop, sandbox }) => {
  const { page: address } = await shop.invoice();
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route('**/assets/page.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(address, { waitUntil: 'commit' });
  const button = page.getByTestId('bar-1h');
  await button.waitFor();
  assert.ok(await button.isDisabled());
  const pressed = button.click(); // the browser's driver waits until it can be pressed, as a person does
  release();
  await pressed;
  await until(async () => (await sandbox.ask('GET', 'clock')).now, '2026-01-01T01:00:00Z', 'clock');
});
