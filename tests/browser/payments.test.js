// Each page for payers and recipients, from its opening to its end, in two sandboxes at once: what is done in one changes nothing in
// the other.
import assert from 'node:assert/strict';

import { goes, scene, shows, text, until } from './harness.js';

/** A page in each of the sandboxes `a` and `b`, of what `begin` makes there. */
async function pair(stage, begin) {
  const open = async (sandbox) => {
    const shop = await stage.newShop(sandbox);
    const made = await begin(shop, sandbox);
    const page = await stage.newPage();
    await page.goto(made.page);
    return { sandbox, shop, page, made };
  };
  const [a, b] = await stage.pair();
  return Promise.all([open(a), open(b)]);
}

const click = (page, id) => page.getByTestId(id).click();

async function pays(page, amount) {
  await page.getByTestId('pay-amount').fill(amount);
  await click(page, 'pay');
}

const panel = (page) => page.getByTestId('panel').getAttribute('data-panel').catch(() => null);
const panelIs = (page, expected) => until(() => panel(page), expected, 'panel');
const status = (page) => page.getByTestId('status').getAttribute('data-status').catch(() => null);
const statusIs = (page, expected) => until(() => status(page), expected, 'status');

async function chooses(page, coin) {
  await page.getByTestId('coin').selectOption(coin);
  await click(page, 'choose-coin');
  await shows(page, 'address', /./);
}

scene('quantapay: one pays and goes back to the shop, one pays too little', async (stage) => {
  const [a, b] = await pair(stage, async (shop, sandbox) => {
    await sandbox.set('quantapay', { address_mode: 'fresh' });
    return shop.quantapay({ redirect: `${shop.url}/thanks?basket=7` });
  });
  await Promise.all([chooses(a.page, 'ltc'), chooses(b.page, 'ltc')]);
  await click(a.page, 'pay');
  await panelIs(a.page, 'seen');
  assert.equal(await panel(b.page), 'pending');
  const amount = Number(await text(b.page, 'amount'));
  await pays(b.page, (amount / 2).toFixed(8));
  await a.sandbox.advance('1h');
  await goes(a.page, `${a.shop.url}/thanks?basket=7&`);
  await b.sandbox.advance('50m');
  await panelIs(b.page, 'underpaid');
  assert.equal(Number(await text(b.page, 'received')), Number((amount / 2).toFixed(8)));
  assert.deepEqual(b.shop.visited, []);
});

scene('quantapay: one lets the time pass, one cancels', async (stage) => {
  const [a, b] = await pair(stage, (shop) => shop.quantapay());
  await Promise.all([chooses(a.page, 'btc'), chooses(b.page, 'doge')]);
  await click(b.page, 'cancel');
  await shows(b.page, 'choose-coin', /./);
  await shows(a.page, 'countdown', /59|60|1:00/);
  await a.sandbox.advance('61m');
  await panelIs(a.page, 'expired');
  assert.deepEqual([a.shop.visited, b.shop.visited], [[], []]);
});

scene('cryptopay: one pays and goes back to the shop, one pays too little', async (stage) => {
  const [a, b] = await pair(stage, (shop) => shop.cryptopay());
  await click(a.page, 'pay');
  await shows(a.page, 'confirmations', /of/);
  await shows(b.page, 'address', /^0x/);
  await pays(b.page, '1');
  await shows(b.page, 'received', /^1 USDC/);
  await a.sandbox.advance('1m');
  await goes(a.page, `${a.shop.url}/thanks?order_id=${a.made.id}&status=confirmed`);
  assert.equal(await status(b.page), 'pending');
  await b.sandbox.advance('1m');
  await statusIs(b.page, 'failed');
});

scene('cryptopay: one lets the time pass, one is told that it has failed', async (stage) => {
  const [a, b] = await pair(stage, (shop) => shop.cryptopay());
  await a.sandbox.advance('3h');
  await b.sandbox.act('cryptopay', 'pay', { order: b.made.id });
  await b.sandbox.act('cryptopay', 'fail', { order: b.made.id });
  await Promise.all([statusIs(a.page, 'expired'), statusIs(b.page, 'failed')]);
});

scene('quantum-payouts: one is paid, one is refused by the bank', async (stage) => {
  const [a, b] = await pair(stage, (shop) => shop.payout());
  for (const { page } of [a, b]) {
    await shows(page, 'amount', /1.?500/);
    await page.getByTestId('pan').fill('4111111111111111');
  }
  await click(a.page, 'submit-card');
  await goes(a.page, `${a.shop.url}/thanks`);
  await click(b.page, 'submit-card-refused');
  await goes(b.page, `${b.shop.url}/failed`);
  await a.page.goto(a.made.page);
  await shows(a.page, 'message', /received/);
});

scene('quantum-payouts: one link expires, one payout is cancelled', async (stage) => {
  const [a, b] = await pair(stage, (shop) => shop.payout({ type: 'sbp', sessionTimeoutSecs: 600 }));
  await shows(a.page, 'submit-sbp', /./);
  await a.sandbox.advance('11m');
  await b.sandbox.act('quantum-payouts', 'settle', { orderNumber: b.made.number, outcome: 'cancelled' });
  await Promise.all([shows(a.page, 'message', /expired/), shows(b.page, 'message', /./)]);
  await click(a.page, 'go-on');
  await goes(a.page, `${a.shop.url}/failed`);
});

scene('qbitpay: one says that it has paid, one lets the time pass', async (stage) => {
  const [a, b] = await pair(stage, (shop) => shop.charge());
  await click(a.page, 'buyer-paid');
  await goes(a.page, `${a.shop.url}/thanks`);
  await b.sandbox.advance('31m');
  await shows(b.page, 'back', /./);
  assert.deepEqual(b.shop.visited, []);
  await click(b.page, 'back');
  await goes(b.page, `${b.shop.url}/thanks`);
});

scene('qbitpay: one payment fails, the other goes on', async (stage) => {
  const [a, b] = await pair(stage, (shop) => shop.charge());
  await a.sandbox.act('qbitpay', 'fail-charge', { charge: a.made.id });
  await shows(a.page, 'back', /./);
  await shows(b.page, 'buyer-paid', /./);
});

scene('quoine: one pays, one pays a part and then the rest', async (stage) => {
  const [a, b] = await pair(stage, (shop) => shop.invoice());
  await click(a.page, 'pay');
  await statusIs(a.page, 'unconfirmed');
  assert.equal(await status(b.page), 'ready');
  await pays(b.page, '0.2');
  await shows(b.page, 'balance', /^0\.2/);
  await a.sandbox.advance('2h');
  await statusIs(a.page, /confirmed|captured|complete/);
  await click(b.page, 'pay');
  await statusIs(b.page, 'unconfirmed');
});

scene('quoine: one lets the time pass, one transfer disappears', async (stage) => {
  const [a, b] = await pair(stage, (shop) => shop.invoice());
  await click(b.page, 'pay');
  await statusIs(b.page, 'unconfirmed');
  await a.sandbox.advance('31m');
  await b.sandbox.advance('4h');
  await statusIs(a.page, 'expired');
  await statusIs(b.page, /./);
});
