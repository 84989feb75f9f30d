import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp } from '../setup.js';

const used = setUp(import.meta.url);

/** The answers of the shop to each attempt of the first event with that name. */
async function answers(event) {
  const deliveries = await used.sandbox.deliveries();
  return deliveries.find((it) => it.event === event).attempts.map((it) => it.status);
}

test('an event that comes twice is applied once', async () => {
  const { shop, sandbox } = used;
  await sandbox.add({ on: 'cryptopay:webhook', then: { duplicate: 2 } });
  const order = await shop.sell('Premium Plan', '100.00');
  await sandbox.act('cryptopay.pay', { order });
  await sandbox.advance('10m');
  assert.equal(shop.orders.get(order), 'shipped');
  assert.deepEqual(await answers('payment.confirmed'), [200, 200]);
});

test('an altered event is refused', async () => {
  const { shop, sandbox } = used;
  await sandbox.add({ on: 'cryptopay:webhook', then: { tamper: { 'data.amount': '0.01' } } });
  const order = await shop.sell('Premium Plan', '100.00');
  await sandbox.act('cryptopay.pay', { order });
  await sandbox.advance('1d');
  assert.equal(shop.orders.get(order), 'open');
  assert.ok((await answers('payment.confirmed')).every((it) => it === 401));
});
