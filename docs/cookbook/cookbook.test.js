// ANCHOR: shop
const { testWith } = require('playmoney/jest');

const { createShop } = require('./shop.js');

const test = testWith({ app: createShop });
// ANCHOR_END: shop

// ANCHOR: late
test('the customer pays late', async ({ app, playmoney }) => {
  await app.sell('order-1', '10.00');
  await playmoney.advance('2h');
  await playmoney.act('cryptopay.pay', { order: app.ids['order-1'] });
  await playmoney.advance('1h');
  expect(app.orders).toEqual({ 'order-1': 'expired' });
});
// ANCHOR_END: late

// ANCHOR: early
test('the webhook comes before the answer', async ({ app, playmoney }) => {
  await playmoney.rule('quantum-payouts.performPayout', { latency: { fixed: '300ms', clock: 'real' } });
  await app.payOut('wages-1', 150000);
  await playmoney.advance('1m');
  expect(app.log).toEqual(['uploaded', 'created', 'processing', 'answer', 'success']);
  expect(app.payouts).toEqual({ 'wages-1': 'success' });
});
// ANCHOR_END: early

// ANCHOR: down
test('the provider is down for ten minutes', async ({ app, playmoney }) => {
  await playmoney.rule('cryptopay.*', { status: 503 }, { until: '10m' });
  await app.sell('order-1', '10.00');
  expect(app.orders).toEqual({ 'order-1': 'waiting' });
  await playmoney.advance('10m');
  await app.sell('order-1', '10.00');
  expect(app.orders).toEqual({ 'order-1': 'open' });
});
// ANCHOR_END: down

// ANCHOR: rotate
test('a secret is rotated', async ({ app, playmoney }) => {
  await app.sell('order-1', '10.00');
  await playmoney.rotate('cryptopay', { webhook_secret: 'a-new-secret' });
  await playmoney.act('cryptopay.pay', { order: app.ids['order-1'] });
  app.secrets.unshift('a-new-secret');
  await playmoney.advance('1h');
  expect(app.orders).toEqual({ 'order-1': 'paid' });
  expect((await playmoney.deliveries())[0].attempts.map((it) => it.status)).toEqual([401, 204]);
});
// ANCHOR_END: rotate

// ANCHOR: twice
test('a webhook comes twice', async ({ app, playmoney }) => {
  await playmoney.rule('cryptopay:webhook', { duplicate: 2 });
  await app.sell('order-1', '10.00');
  await playmoney.act('cryptopay.pay', { order: app.ids['order-1'] });
  await playmoney.advance('1h');
  expect(app.shipped).toEqual(['order-1']);
});
// ANCHOR_END: twice

// ANCHOR: little
test('the customer pays too little', async ({ app, playmoney }) => {
  await app.sell('order-1', '10.00');
  await playmoney.act('cryptopay.pay', { order: app.ids['order-1'], amount: '9.99' });
  await playmoney.advance('1h');
  expect(app.orders).toEqual({ 'order-1': 'failed' });
});
// ANCHOR_END: little

// ANCHOR: lost
test('an answer is lost', async ({ app, playmoney }) => {
  await playmoney.rule('quantum-payouts.performPayout', { empty_response: true }, { times: 1 });
  await app.payOut('wages-1', 150000);
  await app.payOut('wages-1', 150000);
  await playmoney.advance('1m');
  expect(app.payouts).toEqual({ 'wages-1': 'success' });
  expect(app.log.filter((it) => it === 'success')).toHaveLength(1);
});
// ANCHOR_END: lost
