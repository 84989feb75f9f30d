import assert from 'node:assert/strict';

import { test } from '../playmoney.js';

async function buy(url) {
  const answer = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ price: '500.0' }),
  });
  return { code: answer.status, ...(await answer.json()) };
}

async function see(url, order) {
  return (await fetch(`${url}/orders/${encodeURIComponent(order)}`)).json();
}

test('an order is shipped when its payment is confirmed', async ({ playmoney, url }) => {
  const { invoice, order } = await buy(url);
  await playmoney.verify('quoine.createInvoice', { where: { body: { price: '500.0', name: order } } });
  await playmoney.act('quoine.pay', { invoice });
  assert.deepEqual(await see(url, order), { status: 'open', received: 0.5, shipped: 0 });
  await playmoney.advance({ until: 'idle' });
  assert.deepEqual(await see(url, order), { status: 'paid', received: 0.5, shipped: 1 });
});

test('an order expires while the customer pays', async ({ playmoney, url }) => {
  await playmoney.rule('quoine.createInvoice', { late_payment: '10s' });
  const { order } = await buy(url);
  await playmoney.advance('1799s');
  assert.equal((await see(url, order)).status, 'open');
  await playmoney.advance('1s');
  assert.equal((await see(url, order)).status, 'expired');
  await playmoney.advance({ until: 'idle' });
  assert.deepEqual(await see(url, order), { status: 'expired', received: 0, shipped: 0 });
});

test('an underpayment is to be refunded', async ({ playmoney, url }) => {
  const { invoice, order } = await buy(url);
  await playmoney.act('quoine.pay', { invoice, amount: '0.2' });
  await playmoney.advance('30m');
  assert.deepEqual(await see(url, order), { status: 'to refund', received: 0.2, shipped: 0 });
});

test('a callback that comes twice ships once', async ({ playmoney, url }) => {
  await playmoney.rule('quoine:webhook', { duplicate: 2 });
  const { invoice, order } = await buy(url);
  await playmoney.act('quoine.pay', { invoice });
  const { deliveries } = await playmoney.advance({ until: 'idle' });
  assert.equal(deliveries.filter((it) => it.event === 'payment_confirmed' && it.status === 200).length, 2);
  assert.equal((await see(url, order)).shipped, 1);
});

test('a callback that comes late changes nothing', async ({ playmoney, url }) => {
  await playmoney.rule('quoine:webhook', { delay: '3h' }, { event: 'payment_detected' });
  const { invoice, order } = await buy(url);
  await playmoney.act('quoine.pay', { invoice });
  const { deliveries } = await playmoney.advance({ until: 'idle' });
  assert.equal(deliveries.at(-1).event, 'payment_detected');
  assert.deepEqual(await see(url, order), { status: 'paid', received: 0.5, shipped: 1 });
});

for (const fault of [{ status: 503 }, { error: 'internal_error' }, { connection_reset: true }]) {
  test(`Quoine is down for a while: ${Object.keys(fault)}`, async ({ playmoney, url }) => {
    await playmoney.rule('quoine.*', fault, { until: '10m' });
    assert.equal((await buy(url)).code, 503);
    await playmoney.advance('10m');
    assert.equal((await buy(url)).code, 201);
  });
}

test('a rotated secret loses no callback', async ({ app, playmoney, url }) => {
  const { invoice, order } = await buy(url);
  const secret = 'rotated'.padEnd(88, '-');
  await playmoney.rotate('quoine', { secret });
  await playmoney.act('quoine.pay', { invoice });
  assert.deepEqual(await see(url, order), { status: 'open', received: 0, shipped: 0 });
  app.addSecret(secret);
  await playmoney.advance({ until: 'idle' });
  assert.equal((await see(url, order)).shipped, 1);
  assert.equal((await buy(url)).code, 201);
});
