// An application in a process of its own has the time of a sandbox.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { followClock, startServer } from 'playmoney';

import { mover, nodeTimers } from '../lib/timers.js';

const SHOP = fileURLToPath(new URL('../fixtures/clock/shop.mjs', import.meta.url));
const major = Number.parseInt(process.versions.node, 10);
const skip = major < 20 && 'the mock timers of this Node.js have no Date';

let server;
before(async () => (server = await startServer({ clock: 'frozen', now: '2026-01-01' })));
after(() => server.stop());

/** The shop with a sandbox of its own. `ask` answers with what has happened in it. */
async function open(t, ...words) {
  const playmoney = await server.sandbox({ seed: 1 });
  const env = { ...process.env, ...playmoney.env, PLAYMONEY_SANDBOX: playmoney.name };
  const child = spawn(process.execPath, [SHOP, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(async () => {
    child.kill();
    await playmoney.delete();
  });
  const [url] = await once(createInterface(child.stdout), 'line');
  return { playmoney, ask: async (path = '/') => (await fetch(url + path)).json() };
}

for (const library of [undefined, '@sinonjs/fake-timers']) {
  test(`its own job and the provider's webhook come in the same second: ${library ?? 'node:test'}`, { skip: !library && skip }, async (t) => {
    const { playmoney, ask } = await open(t, ...(library ? [library] : []));
    const { now } = await ask('/orders');
    assert.equal(now, '2026-01-01T00:00:00.000Z');
    await playmoney.advance('29m59s');
    const sold = ['sold 201 2026-01-01T00:00:00.000Z'];
    assert.deepEqual(await ask(), { happened: sold, now: '2026-01-01T00:29:59.000Z' });
    await playmoney.advance('1s');
    const expired = ['cancelled 2026-01-01T00:30:00.000Z', 'order.expired 2026-01-01T00:30:00.000Z'];
    assert.deepEqual(await ask(), { happened: [...sold, ...expired], now: '2026-01-01T00:30:00.000Z' });
    // The same within one long walk, which goes on as soon as the webhook is answered.
    await ask('/orders');
    await playmoney.advance('1d');
    const again = ['sold 201 2026-01-01T00:30:00.000Z', ...expired.map((it) => it.replace('00:30', '01:00'))];
    assert.deepEqual(await ask(), { happened: [...sold, ...expired, ...again], now: '2026-01-02T00:30:00.000Z' });
    const { now: real } = await ask('/stop');
    assert.ok(real > '2026-01-03', real);
  });
}

test('it follows what others do to the clock, without a request', async (t) => {
  const { playmoney } = await open(t);
  const seen = [];
  const timers = { start: (apis, now) => seen.push(['start', ...apis, now]), set: (now) => seen.push(now), tick: () => {}, stop: () => seen.push('stop') };
  const clock = await followClock({ url: server.url, sandbox: playmoney.name, timers });
  t.after(() => clock.stop());
  const begins = Date.parse('2026-01-01T00:00:00Z');
  assert.deepEqual(seen, [['start', 'Date', begins]]);
  const comes = async (holds) => {
    while (!holds(seen.at(-1))) await pause(2);
  };
  await playmoney.advance('1h');
  await comes((it) => it === begins + 3_600_000);
  await playmoney.control('POST', 'clock/scale', { rate: 3600 });
  await comes((it) => it > begins + 2 * 3_600_000);
  await playmoney.control('POST', 'clock/freeze', {});
  await clock.look();
  const stands = seen.at(-1);
  assert.equal(stands, (await playmoney.now()).getTime());
  await pause(60);
  assert.equal(seen.at(-1), stands);
  await playmoney.reset();
  await comes((it) => it === begins);
  await clock.stop();
  assert.equal(seen.at(-1), 'stop');
  await clock.stop();
});

test('a timer that fails is told, and the others run at their times', { skip }, async (t) => {
  const { playmoney } = await open(t);
  const told = t.mock.method(console, 'error', () => {});
  const moves = [];
  const failing = (span) => {
    moves.push(span);
    throw new Error('a job');
  };
  const timers = { start: () => {}, set: () => {}, tick: failing, stop: () => {} };
  const clock = await followClock({ url: server.url, sandbox: playmoney.name, fake: ['Date', 'setTimeout'], timers });
  t.after(() => clock.stop());
  for (const count of [1, 2]) {
    await playmoney.advance('1h');
    while (moves.length < count) await pause(2);
    await clock.look();
  }
  assert.deepEqual(moves, [3_600_000, 3_600_000]);
  assert.equal(told.mock.calls[0].arguments[1].message, 'a job');

  const move = mover(nodeTimers(t.mock), ['Date', 'setTimeout', 'setInterval']);
  const ran = [];
  await move(0);
  setTimeout(() => {
    throw new Error('a job');
  }, 1500);
  setTimeout((word) => ran.push([word, Date.now()]), 1_000_000, 'late');
  const beats = setInterval(() => ran.push(['beat', Date.now()]), 20 * 86_400_000);
  await assert.rejects(() => move(2000), /a job/);
  await move(30 * 86_400_000);
  clearInterval(beats);
  await move(60 * 86_400_000);
  assert.deepEqual(ran, [['late', 1_000_000], ['beat', 20 * 86_400_000]]);
});

test('a server that is gone is told once, and the time stays until it is back', async (t) => {
  const own = await startServer({ clock: 'frozen', now: '2026-01-01' });
  const { port } = new URL(own.url);
  const seen = [];
  const timers = { start: (apis, now) => seen.push(now), set: (now) => seen.push(now), tick: () => {}, stop: () => {} };
  const told = t.mock.method(console, 'error', () => {});
  const said = () => told.mock.calls.map((it) => it.arguments[0]);
  const clock = await followClock({ url: own.url, timers });
  t.after(() => clock.stop());
  await own.stop();
  while (said().length < 1) await pause(5);
  await clock.look();
  await new Promise((goOn, fails) => clock.middleware({}, {}, (error) => (error ? fails(error) : goOn())));
  assert.equal(said().length, 1);
  assert.match(said()[0], /^playmoney: the clock of the sandbox cannot be read \(.* cannot be reached: .*\): the time of this process stays 2026-01-01T00:00:00\.000Z, until/);
  assert.deepEqual(seen, [Date.parse('2026-01-01')]);
  const back = await startServer({ clock: 'frozen', now: '2026-01-02', listen: `127.0.0.1:${port}` });
  t.after(() => back.stop());
  while (said().length < 2) await pause(5);
  assert.deepEqual([said()[1], seen.at(-1)], ['playmoney: the clock of the sandbox can be read again', Date.parse('2026-01-02')]);
});

test('what cannot be followed is said', async () => {
  await assert.rejects(followClock({ timer: {} }), /^TypeError: `timer` is not an option\. These are: .*\. The nearest is `timers`\.$/);
  await assert.rejects(followClock({ speed: 60 }), /^TypeError: `speed` is not an option\. These are: url, sandbox, token, ca, fake, timers\.$/);
  await assert.rejects(followClock({ fake: ['Dates'] }), /No function is faked as Dates/);
  await assert.rejects(followClock({ timers: { tick: 1 } }), /timers is `mock` of node:test/);
  await assert.rejects(followClock({ url: 'http://127.0.0.1:1' }), { code: 'unreachable' });
  await assert.rejects(followClock({ url: server.url, sandbox: 'nothing' }), /No sandbox is named `nothing`/);
  assert.ok(Date.now() > Date.parse('2026-06-01'), 'and nothing is faked');
});
