import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp } from '../setup.js';

const used = setUp(import.meta.url);

test('an order expires while the customer pays', async () => {
  const { shop, sandbox } = used;
  const order = await shop.sell('Premium Plan', '100.00');
  await sandbox.advance('119m');
  assert.equal(shop.orders.get(order), 'open');
  await sandbox.advance('1m');
  assert.equal(shop.orders.get(order), 'cancelled');
  const { effect } = await sandbox.act('cryptopay.pay', { order });
  assert.equal(effect, 'none');
  await sandbox.advance('1d');
  assert.equal(shop.orders.get(order), 'cancelled', 'who pays later is refunded by hand');
});

test('a transfer in the last minute counts', async () => {
  const { shop, sandbox } = used;
  const order = await shop.sell('Premium Plan', '100.00');
  await sandbox.advance('119m');
  await sandbox.act('cryptopay.pay', { order });
  await sandbox.advance('1h');
  assert.equal(shop.orders.get(order), 'shipped');
});
