import { expect } from 'vitest';

import { test } from '../playmoney.js';

async function buy(url) {
  const answer = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ amount: '100.00' }),
  });
  return { code: answer.status, ...(await answer.json()) };
}

async function see(url, id) {
  return (await fetch(`${url}/orders/${id}`)).json();
}

test('an order is shipped when its payment is confirmed', async ({ playmoney, url }) => {
  const { id } = await buy(url);
  await playmoney.verify('cryptopay.createPaymentOrder', { where: { body: { amount: '100.00' }, status: 201 } });
  await playmoney.act('cryptopay.pay', { order: id });
  expect(await see(url, id)).toEqual({ status: 'open', shipped: 0 });
  await playmoney.advance('10m');
  expect(await see(url, id)).toEqual({ status: 'paid', shipped: 1 });
});

test('an order expires while the customer pays', async ({ playmoney, url }) => {
  const { id } = await buy(url);
  await playmoney.advance('119m');
  expect((await see(url, id)).status).toBe('open');
  await playmoney.advance('1m');
  expect((await see(url, id)).status).toBe('expired');
  expect((await playmoney.act('cryptopay.pay', { order: id })).effect).toBe('none');
  await playmoney.advance('1d');
  expect(await see(url, id)).toEqual({ status: 'expired', shipped: 0 });
});

test('an underpayment ships nothing', async ({ playmoney, url }) => {
  const { id } = await buy(url);
  await playmoney.act('cryptopay.pay', { order: id, amount: '99.99' });
  await playmoney.advance('10m');
  expect(await see(url, id)).toEqual({ status: 'underpaid', shipped: 0 });
});

test('an event that comes twice ships once', async ({ playmoney, url }) => {
  await playmoney.rule('cryptopay:webhook', { duplicate: 2 });
  const { id } = await buy(url);
  await playmoney.act('cryptopay.pay', { order: id });
  const { deliveries } = await playmoney.advance('10m');
  expect(deliveries.filter((it) => it.event === 'payment.confirmed')).toHaveLength(2);
  expect(await see(url, id)).toEqual({ status: 'paid', shipped: 1 });
});

test('an event that comes late changes nothing', async ({ playmoney, url }) => {
  await playmoney.rule('cryptopay:webhook', { delay: '20m' }, { event: 'payment.pending' });
  const { id } = await buy(url);
  await playmoney.act('cryptopay.pay', { order: id });
  await playmoney.advance('1h');
  const events = (await playmoney.deliveries()).flatMap((it) => it.attempts.map(({ at }) => [at, it.event])).sort();
  expect(events.map(([, event]) => event)).toEqual(['payment.confirmed', 'payment.pending']);
  expect(await see(url, id)).toEqual({ status: 'paid', shipped: 1 });
});

test.for([{ status: 503 }, { error: 'internal_error' }, { connection_reset: true }])('CryptoPay is down for a while: %o', async (fault, { playmoney, url }) => {
  await playmoney.rule('cryptopay.*', fault, { until: '10m' });
  expect((await buy(url)).code).toBe(503);
  await playmoney.advance('10m');
  expect((await buy(url)).code).toBe(201);
});

test('a rotated secret loses no event', async ({ app, playmoney, url }) => {
  const { id } = await buy(url);
  await playmoney.rotate('cryptopay', { webhook_secret: 'whsec_rotated' });
  await playmoney.act('cryptopay.pay', { order: id });
  await playmoney.advance('1m');
  expect(await see(url, id)).toEqual({ status: 'open', shipped: 0 });
  app.addSecret('whsec_rotated');
  await playmoney.advance('1h');
  expect(await see(url, id)).toEqual({ status: 'paid', shipped: 1 });
});
