import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import { PlaymoneyError, Sandbox, VerificationError, findProgram, startServer } from '../index.mjs';

let server;
let sandbox;
before(async () => (server = await startServer({ clock: 'frozen' })));
after(() => server.stop());
beforeEach(async () => {
  sandbox = await server.sandbox({ now: '2026-01-01T00:00:00Z', webhookUrl: 'http://webhooks.inbox.playmoney.test/' });
});

/** Makes an order as a shop does. */
async function order(nonce = 1, amount = '10.00', at = sandbox) {
  const answer = await fetch(`${at.baseUrl('cryptopay')}/api/payment-orders/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${at.credentials.cryptopay.api_key}` },
    body: JSON.stringify({ amount, currency: 'USDC', blockchain: 'base', order_info: '{}', nonce }),
  });
  return (await answer.json()).data.order_id;
}

test('a sandbox has a name, addresses and keys', async () => {
  const own = await server.sandbox({ name: 'checkout-7', seed: 7, now: new Date('2027-01-01T00:00:00Z'), ttl: '30m' });
  assert.equal(own.name, 'checkout-7');
  assert.equal(own.seed, 7);
  assert.equal(own.baseUrl('quoine'), `${server.url}/s/checkout-7/quoine`);
  assert.equal(own.env.QBITPAY_API_KEY, 'qbit_test_key_checkout-7');
  assert.equal(own.credentials.qbitpay.api_key, 'qbit_test_key_checkout-7');
  assert.equal((await own.clock()).now, '2027-01-01T00:00:00Z');
  assert.throws(() => own.baseUrl('paypal'), /No provider is named paypal\. The providers are .*quoine/);
  const second = await server.sandbox({ name: 'checkout-7' }).then(assert.fail, (it) => it);
  assert.ok(second instanceof PlaymoneyError);
  assert.equal(second.code, 'sandbox_exists');
  await own.delete();
  await assert.rejects(own.clock(), (error) => error.status === 404);
});

test('a sandbox begins with a scenario', async () => {
  const own = await server.sandbox({ scenario: 'version: 1\nname: slow\nproviders: { cryptopay: { pace: manual } }\n' });
  assert.equal((await own.clock()).now, '2026-01-01T00:00:00Z');
  assert.equal((await own.account('cryptopay')).pace, 'manual');
  await assert.rejects(server.sandbox({ scenario: 'version: 1\nnaem: slow\n' }), /naem/);
});

test('time passes, and the customer pays', async () => {
  const id = await order();
  const paid = await sandbox.act('cryptopay.pay', { order: id });
  assert.equal(paid.status, 'pending');
  const report = await sandbox.advance('31m');
  assert.equal(report.now, '2026-01-01T00:31:00Z');
  assert.deepEqual(report.deliveries.map((it) => it.event), ['payment.pending', 'payment.confirmed']);
  assert.equal((await sandbox.advance(new Date('2026-01-02T00:00:00Z'))).now, '2026-01-02T00:00:00Z');
  assert.equal((await sandbox.advance('2026-01-03T00:00:00Z')).now, '2026-01-03T00:00:00Z');
  assert.equal((await sandbox.advance({ until: 'idle' })).now, '2026-01-03T00:00:00Z');
});

test('what is wrong is said', async () => {
  await assert.rejects(sandbox.advance('soon'), /`soon` is not a duration: write 90s, 31m/);
  await assert.rejects(sandbox.act('pay'), /act takes PROVIDER\.ACTION, such as quoine\.pay/);
  await assert.rejects(sandbox.act('quoine.pays', { invoice: 1 }), /pays/);
  await assert.rejects(sandbox.verify('quoine.createInvoices'), /no operation is named `quoine\.createInvoices`/);
});

test('deliveries and requests are listed, with filters', async () => {
  const id = await order();
  await sandbox.act('cryptopay.pay', { order: id });
  await sandbox.advance('10m');
  const confirmed = await sandbox.deliveries({ event: 'payment.confirmed', subject: id });
  assert.deepEqual(confirmed.map((it) => it.status), ['delivered']);
  assert.deepEqual(await sandbox.deliveries({ provider: 'quoine' }), []);
  assert.equal((await sandbox.requests({ operation: 'cryptopay.createPaymentOrder', status: 201 })).length, 1);
  assert.deepEqual(await sandbox.requests({ since: new Date('2026-01-01T00:01:00Z') }), []);
  const messages = await sandbox.inbox().messages();
  assert.deepEqual(messages.map((it) => it.signature), ['valid', 'valid']);
  assert.equal((await sandbox.inbox().messages({ since: messages[0].id })).length, 1);
});

test('a verification counts calls', async () => {
  await order(1, '10.00');
  await order(2, '11.00');
  assert.equal(await sandbox.verify('cryptopay.createPaymentOrder', { count: 2 }), 2);
  await sandbox.verify('cryptopay.createPaymentOrder', { where: { body: { amount: '11.00' } } });
  await sandbox.verify('cryptopay.createPaymentOrder', { count: { atLeast: 1, atMost: 3 } });
  await sandbox.verify('cryptopay.listPaymentOrders', { count: 0 });
});

test('a failed verification shows the nearest requests and the timeline', async () => {
  const id = await order();
  const failed = sandbox.verify('cryptopay.createPaymentOrder', { where: { body: { amount: '12.00' } } });
  const error = await failed.then(assert.fail, (it) => it);
  assert.ok(error instanceof VerificationError);
  assert.equal(
    error.message,
    [
      'cryptopay.createPaymentOrder was not called as expected: 0 requests fit, but the call expects exactly 1.',
      '',
      'The nearest:',
      '  req-1 at 2026-01-01T00:00:00Z, cryptopay.createPaymentOrder, answered with 201',
      '    body.amount: expected "12.00", but it is "10.00"',
      '    as expected: operation',
      '',
      `Timeline of the sandbox ${sandbox.name}:`,
      `  2026-01-01T00:00:00Z  request  cryptopay.createPaymentOrder ${id} 201`,
      `  2026-01-01T00:00:00Z  change   cryptopay ${id}: new to pending (call createPaymentOrder)`,
    ].join('\n'),
  );
  assert.match(error.stack, /sandbox\.test\.mjs/);
});

test('a wait sees what comes later, and ends with the nearest', async () => {
  const waiting = sandbox.wait('cryptopay.createPaymentOrder', { where: { body: { amount: '10.00' } }, timeout: 60 });
  await order();
  assert.equal(await waiting, 1);
  const late = sandbox.wait('cryptopay.createPaymentOrder', { where: { body: { nonce: 2 } }, timeout: '1ms' });
  await assert.rejects(late, /was waited for: .*\nThe wait has ended without it\.\n\n[^]*nonce: expected 2, but it is 1/);
});

test('a fork goes its own way', async () => {
  const id = await order();
  const fork = await sandbox.fork(`${sandbox.name}-fork`);
  await fork.act('cryptopay.pay', { order: id });
  await fork.advance('1h');
  assert.deepEqual((await fork.inbox('fork').messages()).length, 2);
  assert.deepEqual(await sandbox.deliveries(), []);
  assert.equal((await sandbox.clock()).now, '2026-01-01T00:00:00Z');
  await fork.delete();
});

test('rules and settings change what happens', async () => {
  const rule = await sandbox.rule('cryptopay:webhook', { duplicate: 2 });
  await sandbox.account('cryptopay', { pace: 'manual', webhook_secret: 'another' });
  await sandbox.rotate('quoine', { secret: 'rotated' });
  assert.equal(sandbox.credentials.quoine.secret, 'rotated');
  await sandbox.act('cryptopay.pay', { order: await order() });
  await sandbox.advance('1h');
  assert.equal((await sandbox.inbox().messages()).length, 2);
  await rule.remove();
  assert.deepEqual((await sandbox.control('GET', 'rules')).rules, []);
});

test('an application is served, and a webhook is waited for', async () => {
  const paths = [];
  const url = await sandbox.serve((request, response) => {
    paths.push(request.url);
    request.resume();
    response.writeHead(204).end();
  }, '/hooks/{provider}');
  const id = await order();
  const told = sandbox.waitForWebhook({ provider: 'cryptopay', event: 'payment.pending', status: 'delivered', timeout: 60 });
  await sandbox.act('cryptopay.pay', { order: id });
  assert.equal(await told, 1);
  assert.deepEqual(paths, ['/hooks/cryptopay']);
  const late = sandbox.waitForWebhook({ event: 'order.expired', timeout: '1ms' });
  await assert.rejects(late, /a webhook \(\{"event":"order\.expired"\}\) was waited for: [^]*dlv-1 at .*, payment\.pending, delivered/);
  await sandbox.delete();
  await assert.rejects(fetch(url));
});

test('an inbox answers as it is told', async () => {
  const inbox = sandbox.inbox();
  await inbox.respond(500, 204);
  await sandbox.act('cryptopay.pay', { order: await order() });
  await sandbox.advance('10m');
  const [pending] = await sandbox.deliveries({ event: 'payment.pending' });
  assert.deepEqual(pending.attempts.map((it) => it.status), [500, 204]);
  assert.equal((await inbox.messages({ wait: '5s', count: 3 })).length, 3);
  await inbox.clear();
  assert.deepEqual(await inbox.messages(), []);
  assert.ok(Array.isArray(await sandbox.violations()));
});

test('a state is kept and put back', async () => {
  await order();
  const state = await sandbox.state();
  await sandbox.advance('1h');
  await sandbox.restore(state);
  assert.equal((await sandbox.now()).toISOString(), '2026-01-01T00:00:00.000Z');
  assert.equal(await sandbox.verify('cryptopay.createPaymentOrder'), 1);
});

test('a capsule is played again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'playmoney-test-'));
  const file = join(folder, 'a.capsule');
  try {
    await order();
    await sandbox.advance('1h');
    assert.equal(await sandbox.saveCapsule(file), true);
    const { status, stdout, stderr } = spawnSync(findProgram(), ['capsule', 'replay', file], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^same: /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a capsule is saved if the program keeps one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'playmoney-test-'));
  const file = join(folder, 'a.capsule');
  const made = { name: 'a', seed: 1, env: {}, providers: {} };
  const program = (status, text) => ({ url: 'http://127.0.0.1:1', send: async (...call) => ({ call, status, bytes: Buffer.from(text) }) });
  try {
    assert.equal(await new Sandbox(program(404, ''), made).saveCapsule(file), false);
    await assert.rejects(new Sandbox(program(503, 'busy'), made).saveCapsule(file), /The capsule of a cannot be saved: busy/);
    assert.equal(await new Sandbox(program(200, '\0\u00ff'), made).saveCapsule(file), true);
    assert.deepEqual(readFileSync(file), Buffer.from('\0\u00ff'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a reset keeps the address of webhooks', async () => {
  await sandbox.advance('1h');
  await sandbox.reset();
  assert.equal((await sandbox.clock()).now, '2026-01-01T00:00:00Z');
  await sandbox.act('cryptopay.pay', { order: await order() });
  await sandbox.advance('1m');
  assert.equal((await sandbox.inbox().messages()).length, 2);
  await sandbox.webhooksTo(sandbox.inbox('other').url);
  await sandbox.reset();
  await sandbox.act('cryptopay.pay', { order: await order() });
  await sandbox.advance('1m');
  assert.equal((await sandbox.inbox('other').messages()).length, 2);
});

test('a timeline tells what has happened', async () => {
  assert.equal(await sandbox.timeline(), `Timeline of the sandbox ${sandbox.name}:\n  nothing has happened`);
  await sandbox.rule('cryptopay:webhook', { drop: true }, { event: 'payment.confirmed' }, { name: 'no receiver' });
  const id = await order();
  await sandbox.act('cryptopay.pay', { order: id });
  await sandbox.advance('1m');
  const lines = (await sandbox.timeline()).split('\n').map((it) => it.replace(/0x[0-9a-f]{64}/, 'HASH').replaceAll(id, 'ORDER'));
  assert.ok(lines.includes('  2026-01-01T00:00:00Z  webhook  cryptopay payment.pending ORDER, attempt 1: 200'), lines.join('\n'));
  assert.ok(lines.includes('  2026-01-01T00:00:30Z  change   cryptopay ORDER: pending to confirmed (block: enough confirmations)'));
  assert.equal(lines.at(-1), '  2026-01-01T00:01:00Z  clock    the clock moved here from 2026-01-01T00:00:00Z');
});

test('a timeline tells a reset, which has no time', async () => {
  await order();
  await sandbox.reset();
  assert.match(await sandbox.timeline(), /^ {24}reset {4}the sandbox has begun anew/m);
});

test('the clock of the application is set before a webhook arrives', async () => {
  let now;
  const seen = [];
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      seen.push(new Date(now).toISOString());
      response.writeHead(seen.length < 3 ? 500 : 200).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  try {
    await sandbox.webhooksTo(`http://127.0.0.1:${receiver.address().port}/`);
    await sandbox.followClock((moment) => (now = moment));
    await order();
    await sandbox.advance('119m');
    assert.deepEqual(seen, []);
    await sandbox.advance('1h');
    // The order expires after two hours; the retries come after one and five minutes.
    assert.deepEqual(seen, ['2026-01-01T02:00:00.000Z', '2026-01-01T02:01:00.000Z', '2026-01-01T02:06:00.000Z']);
    assert.equal(new Date(now).toISOString(), '2026-01-01T02:59:00.000Z');
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});

const LIMITED = [{ until: 'idle', limit: '7m' }, { until: 'next', limit: '1s' }];
for (const span of ['3h', { until: 'idle' }, { until: 'next' }, { until: 'delivery' }, ...LIMITED]) {
  test(`a walk in steps reports what one walk reports: ${JSON.stringify(span)}`, async () => {
    await sandbox.act('cryptopay.pay', { order: await order() });
    await order(2);
    // What was due now stands in the report before.
    await sandbox.advance('0s');
    const fork = await sandbox.fork();
    await fork.advance('0s');
    await sandbox.followClock(() => {});
    const [stepped, plain] = [await sandbox.advance(span), await fork.advance(span)];
    assert.deepEqual(stepped, plain);
    await fork.delete();
  });
}
