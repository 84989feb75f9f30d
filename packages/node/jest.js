'use strict';
// For Jest. Each test is called with a sandbox of its own: `test('...', async ({ playmoney }) => { ... })`.
const { expect, jest: fake, test: base } = require('@jest/globals');

const { check, run } = require('./lib/harness.js');

/** All that Jest would fake. */
const APIS = [
  ...['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'],
  ...['requestAnimationFrame', 'cancelAnimationFrame', 'requestIdleCallback', 'cancelIdleCallback'],
  ...['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
];

const timers = {
  start: (apis, now) => {
    const faked = apis.flatMap((it) => [it, it.replace(/^set/, 'clear')]);
    fake.useFakeTimers({ now, doNotFake: APIS.filter((it) => !faked.includes(it)) });
  },
  set: (now) => fake.setSystemTime(now),
  tick: (span) => fake.advanceTimersByTimeAsync(span),
  stop: () => fake.useRealTimers(),
};

function testWith(options = {}) {
  check(options);
  const wrap = (name, body) => (...row) => {
    const { currentTestName, testPath } = expect.getState();
    // Of tests that run at once, Jest knows the latest name only.
    const title = currentTestName?.endsWith(name) || row.length > 0 ? currentTestName : name;
    return run({ title, file: testPath, options, timers }, (given) => body(given, ...row));
  };
  const variant = (of) => (name, body, limit) => of(name, wrap(name, body), limit);
  const each = (of) => (...table) => (name, body, limit) => of(...table)(name, rows(wrap(name, body)), limit);
  const all = (of) => Object.assign(variant(of), { each: each(of.each) });
  return Object.assign(all(base), {
    concurrent: all(base.concurrent),
    failing: variant(base.failing),
    only: all(base.only),
    skip: all(base.skip),
    todo: base.todo,
  });
}

/** Jest takes the arguments behind those of the row for a callback, so the function has to say that it has none. */
function rows(body) {
  const own = (...row) => body(...row);
  return Object.defineProperty(own, 'length', { value: 0 });
}

const test = testWith();

module.exports = { it: test, test, testWith };
