import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp } from '../setup.js';

const used = setUp(import.meta.url);

for (const amount of ['1.00', '20.50', '300.00']) {
  test(`an order of ${amount} is shipped when its payment is confirmed`, async () => {
    const { shop, sandbox } = used;
    const order = await shop.sell('Premium Plan', amount);
    await sandbox.act('cryptopay.pay', { order });
    assert.equal(shop.orders.get(order), 'open', 'the payment is seen, and not confirmed yet');
    await sandbox.advance('10m');
    assert.equal(shop.orders.get(order), 'shipped');
  });
}

test('an order is shipped alone', async () => {
  const { shop, sandbox } = used;
  const [first, second] = [await shop.sell('Premium Plan', '1.00'), await shop.sell('Basic Plan', '1.00')];
  await sandbox.act('cryptopay.pay', { order: second });
  await sandbox.advance('10m');
  assert.deepEqual([...shop.orders], [[first, 'open'], [second, 'shipped']]);
});
