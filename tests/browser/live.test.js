// A page for payers follows what happens while it is open: nothing is loaded anew, and what a person does on it stays.
import assert from 'node:assert/strict';

import { goes, scene, shows, sleep, text, until } from './harness.js';

/** After this time a page has asked for all that it would ask for. */
const SETTLED_MS = 1_000;

/** Marks the document that is open now, so that another one would be noticed. */
const mark = (page) => page.evaluate(() => void (window.marked = true));
const isMarked = (page) => page.evaluate(() => window.marked === true);

const panel = (page) => page.getByTestId('panel').getAttribute('data-panel').catch(() => null);
const status = (page) => page.getByTestId('status').getAttribute('data-status').catch(() => null);

async function opened(page, address) {
  await page.goto(address);
  await mark(page);
}

scene('live: quantapay follows a transfer to the end', async ({ page, shop, sandbox }) => {
  const { page: address, id } = await shop.quantapay({ redirect: `${shop.url}/thanks?basket=7` });
  await opened(page, address);
  await sandbox.act('quantapay', 'choose-coin', { session: id, cryptocurrency: 'btc' });
  await shows(page, 'address', /./);
  await sandbox.act('quantapay', 'pay', { session: id });
  await until(() => panel(page), 'seen', 'panel');
  const before = await text(page, 'confirmations');
  await sandbox.advance('10m');
  await shows(page, 'confirmations', (it) => it !== before && it !== '');
  assert.ok(await isMarked(page), 'the same document');
  await sandbox.advance('2h');
  await goes(page, `${shop.url}/thanks?basket=7&`);
});

scene('live: cryptopay follows a transfer to the end', async ({ page, shop, sandbox }) => {
  const { page: address, id } = await shop.cryptopay();
  await opened(page, address);
  await sandbox.act('cryptopay', 'pay', { order: id });
  await shows(page, 'received', /^100(\.00)? USDC/);
  assert.ok(await isMarked(page), 'the same document');
  await sandbox.advance('2m');
  await goes(page, `${shop.url}/thanks?order_id=${id}&status=confirmed`);
});

scene('live: quantum-payouts follows what becomes of a payout', async ({ page, shop, sandbox }) => {
  const { page: address, number } = await shop.payout();
  await opened(page, address);
  await sandbox.act('quantum-payouts', 'submit-details', { orderNumber: number, pan: '4111111111111111' });
  await shows(page, 'message', /received/i);
  const before = await text(page, 'message');
  await sandbox.advance('1h');
  await shows(page, 'message', (it) => it !== before && it !== '');
  assert.ok(await isMarked(page), 'the same document');
});

scene('live: qbitpay follows what becomes of a charge', async ({ page, shop, sandbox }) => {
  const { page: address, id } = await shop.charge();
  await opened(page, address);
  const seen = [await text(page, 'status')];
  for (const action of ['buyer-paid', 'confirm-charge']) {
    await sandbox.act('qbitpay', action, { charge: id });
    seen.push(await shows(page, 'status', (it) => it !== '' && !seen.includes(it)));
  }
  assert.ok(await isMarked(page), 'the same document');
});

scene('live: quoine follows an invoice', async ({ page, shop, sandbox }) => {
  const { page: address, id } = await shop.invoice();
  await opened(page, address);
  await sandbox.act('quoine', 'pay', { invoice: id, amount: 0.2 });
  await shows(page, 'balance', /^0\.2/);
  await sandbox.act('quoine', 'pay', { invoice: id, amount: 0.3 });
  await until(() => status(page), 'unconfirmed', 'status');
  await sandbox.advance('3h');
  await until(() => status(page), /captured|complete/, 'status');
  assert.ok(await isMarked(page), 'the same document');
});

scene('live: what a person has typed, opened and scrolled to stays', async ({ page, shop, sandbox }) => {
  const { page: address } = await shop.payout({ type: 'sbp', sessionTimeoutSecs: 86_400 });
  await page.setViewportSize({ width: 390, height: 400 });
  await opened(page, address);
  await page.getByTestId('full-name').fill('Ann of the Shop');
  const field = page.getByTestId('phone');
  await field.pressSequentially('+7900');
  await field.evaluate((it) => it.setSelectionRange(1, 3));
  const before = await page.evaluate(() => window.scrollY);
  await sandbox.advance('30m');
  const other = await shop.payout();
  await sandbox.act('quantum-payouts', 'submit-details', { orderNumber: other.number, pan: '4111111111111111' });
  await sandbox.advance('1h');
  await sleep(SETTLED_MS);
  const place = () => {
    const { dataset, selectionStart, selectionEnd } = document.activeElement;
    return [dataset.testid, selectionStart, selectionEnd, window.scrollY];
  };
  assert.deepEqual(await page.evaluate(place), ['phone', 1, 3, before]);
  assert.deepEqual([await field.inputValue(), await page.getByTestId('full-name').inputValue()], ['+7900', 'Ann of the Shop']);
  assert.ok(await isMarked(page), 'the same document');
});

scene('live: what the bar has told stays when a form comes in above it', async ({ page, shop, sandbox }) => {
  const { page: address, id } = await shop.quantapay();
  await opened(page, address);
  await page.getByTestId('bar-1m').click();
  const told = await shows(page, 'bar-told', /./);
  await sandbox.act('quantapay', 'choose-coin', { session: id, cryptocurrency: 'btc' });
  await page.getByTestId('pay-form').waitFor();
  assert.equal(await text(page, 'bar-told'), told);
});

scene('live: the countdown stands with the clock, and runs with it', async ({ page, shop, sandbox }) => {
  const { page: address } = await shop.invoice();
  await opened(page, address);
  const start = await text(page, 'countdown');
  await sleep(1_500);
  assert.equal(await text(page, 'countdown'), start);
  await sandbox.ask('POST', 'clock/resume', {});
  const running = await shows(page, 'countdown', (it) => it !== '' && it !== start);
  await sandbox.ask('POST', 'clock/scale', { rate: 120 });
  await shows(page, 'countdown', (it) => minutes(it) <= minutes(running) - 2);
  await sandbox.ask('POST', 'clock/scale', { rate: 1_000_000 });
  await until(() => status(page), 'expired', 'status');
  assert.ok(await isMarked(page), 'the same document');
});

function minutes(countdown) {
  const [seconds, minutesShown = 0, hours = 0] = countdown.split(':').reverse().map((it) => Number.parseInt(it, 10));
  return hours * 60 + minutesShown + seconds / 60;
}

scene('live: a page of another sandbox does not follow', async (stage) => {
  const { page, shop } = stage;
  const { page: address } = await shop.invoice();
  await opened(page, address);
  await sleep(SETTLED_MS);
  const asked = [];
  page.on('request', (it) => asked.push(it.url()));
  const [a] = await stage.pair(['a']);
  await (await stage.newShop(a)).invoice();
  await a.advance('1h');
  await sleep(SETTLED_MS);
  assert.deepEqual(asked, []);
  assert.equal(await status(page), 'ready');
});

scene('live: a page says softly that its sandbox is gone, and follows again when it is back', async (stage) => {
  const { page, sandbox } = stage;
  const [a] = await stage.pair(['a']);
  const { page: address } = await (await stage.newShop(a)).invoice();
  await opened(page, address);
  await stage.server.ask('DELETE', `/__admin/sandboxes/${a.name}`);
  await page.getByTestId('live').waitFor({ state: 'visible' });
  await stage.server.ask('POST', '/__admin/sandboxes', { name: a.name });
  await page.getByTestId('live').waitFor({ state: 'hidden' });
  assert.ok(sandbox);
});
