import assert from 'node:assert/strict';
import { test } from 'node:test';

import time from '../lib/time.js';
import walk from '../lib/walk.js';

const { duration, moment, rfc3339 } = time;
const SECOND = 1_000_000_000n;

test('durations are read as the server reads them', () => {
  const short = { '31m': 1860n, '1h30m': 5400n, '90s': 90n, '7d': 604_800n, '0s': 0n };
  const read = { ...short, PT31M: 1860n, P1DT1H: 90_000n, '2 days': 172_800n, '1h 5 mins': 3900n };
  for (const [text, seconds] of Object.entries(read)) assert.equal(duration(text), seconds * SECOND, text);
  assert.equal(duration('1.5h'), 5400n * SECOND);
  assert.equal(duration('250ms'), SECOND / 4n);
  assert.equal(duration('soon'), undefined);
  assert.equal(duration('1 year'), undefined);
});

test('moments keep their nanoseconds', () => {
  for (const text of ['2026-01-01T00:00:00Z', '2026-11-29T17:52:44.798335605Z', '9999-12-31T23:59:59.5Z', '1970-01-01T00:00:00.001Z']) {
    assert.equal(rfc3339(moment(text)), text);
  }
  assert.equal(moment('2026-01-01T01:00:00+01:00'), moment('2026-01-01T00:00:00Z'));
});

test('what advance takes', () => {
  assert.deepEqual(walk.parse('31m'), { by: '31m' });
  assert.deepEqual(walk.parse('2026-01-01T00:00:00Z'), { to: '2026-01-01T00:00:00Z' });
  assert.deepEqual(walk.parse(new Date(0)), { to: '1970-01-01T00:00:00.000Z' });
  assert.deepEqual(walk.parse({ until: 'idle' }), { until: 'idle' });
  assert.throws(() => walk.parse(31), /advance takes a duration such as '31m'/);
});

function report(from, now, fired, deliveries) {
  const at = (it) => `2026-01-01T${it}:00Z`;
  return { from: at(from), now: at(now), fired, fired_total: fired.length, deliveries, deliveries_total: deliveries.length };
}

test('a walk that does not go on is an error', async () => {
  const ask = async () => ({ ...report('00:00', '00:10', [], []), incomplete: true });
  await assert.rejects(walk.advance(ask, { by: '31m' }), /Time stands at 2026-01-01T00:10:00Z: something is due there/);
  const due = { mode: 'frozen', now: '2026-01-01T00:00:00Z', next: { at: '2026-01-01T00:00:00Z' } };
  const stands = async (method) => (method === 'GET' ? due : report('00:00', '00:00', [], []));
  await assert.rejects(walk.advanceWith(() => {}, stands, { by: '31m' }), /Time stands at 2026-01-01T00:00:00Z/);
});

test('an incomplete walk is continued to its end', async () => {
  const asked = [];
  const answers = [
    { ...report('00:00', '00:10', [1], [1]), incomplete: true },
    report('00:10', '00:31', [2], []),
  ];
  const ask = async (method, path, body) => {
    asked.push(body);
    return structuredClone(answers[asked.length - 1]);
  };
  const whole = await walk.advance(ask, { by: '31m' });
  assert.deepEqual(asked, [{ by: '31m' }, { to: '2026-01-01T00:31:00Z' }]);
  assert.deepEqual(whole, report('00:00', '00:31', [1, 2], [1]));
  asked.length = 0;
  await walk.advance(ask, { until: 'idle', limit: '1h' });
  assert.deepEqual(asked[1], { until: 'idle', limit: `${50n * 60n * SECOND}ns` });
});
