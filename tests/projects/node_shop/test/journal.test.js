import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp } from '../setup.js';

const used = setUp(import.meta.url);

test('the shop makes one order for each sale', async () => {
  const { shop, sandbox } = used;
  for (const amount of ['1.00', '2.00', '3.00']) await shop.sell('Premium Plan', amount);
  await sandbox.verify('cryptopay.createPaymentOrder', { status: 201 }, 3);
  await sandbox.verify('cryptopay.createPaymentOrder', { body: { amount: '2.00', nonce: 2 } });
  await sandbox.verify('cryptopay.listPaymentOrders', {}, 0);
});

test('a refusal reaches the caller', async () => {
  const { shop, sandbox } = used;
  await sandbox.add({ on: 'cryptopay.createPaymentOrder', when: { times: 1 }, then: { error: 'rate_limited' } });
  await assert.rejects(shop.sell('Premium Plan', '1.00'), /^Error: 429 /);
  await shop.sell('Premium Plan', '1.00');
  assert.equal(shop.orders.size, 1);
});
