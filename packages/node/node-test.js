'use strict';
// For node:test. `t.playmoney` of each test is a sandbox of its own.
const { test: base } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');

const date = require('./lib/date.js');
const { check, run } = require('./lib/harness.js');

const TICK_MS = 1000;
const TICKS_MAX = 10_000;
const major = Number.parseInt(process.versions.node, 10);

function testWith(options = {}) {
  check(options);
  const wrap = (body) => {
    const own = (t) => run(begun(t, options), (given) => body(Object.assign(t, given)));
    // Node names a test without a name after its function.
    return Object.defineProperty(own, 'name', { value: body.name });
  };
  const variant = (of) => (...words) => of(...words.map((it) => (typeof it === 'function' ? wrap(it) : it)));
  return Object.assign(variant(base), { only: variant(base.only), skip: variant(base.skip), todo: variant(base.todo) });
}

function begun(t, options) {
  const title = t.fullName ?? t.name;
  return { title, file: t.filePath ?? process.argv[1], options, timers: timersOf(t), atEnd: (it) => t.after?.(it) };
}

function timersOf(t) {
  let own = date;
  return {
    start: (apis, now) => {
      if (apis.some((it) => it !== 'Date')) own = mocked(t);
      own.start(now, apis);
    },
    set: (now) => own.set(now),
    tick: (span) => own.tick(span),
    stop: () => own.stop(),
  };
}

/** The mock timers of Node, for applications that have timers. */
function mocked({ mock }) {
  if (major < 20) throw new Error(`fakeTimers of other functions than Date needs Node.js 20.11 or newer, and this is ${process.version}.`);
  return {
    start: (now, apis) => mock.timers.enable({ apis, now }),
    set: (now) => mock.timers.setTime(now),
    tick: async (span) => {
      // Node sets the time to the end of a tick before its timers run, so a tick is short.
      const step = Math.max(TICK_MS, Math.ceil(span / TICKS_MAX));
      for (let left = span; left > 0; left -= step) mock.timers.tick(Math.min(left, step));
      // What the timers have begun goes on before the next step.
      await turn();
    },
    stop: () => mock.timers.reset(),
  };
}

const test = testWith();

module.exports = { it: test, test, testWith };
