'use strict';
// For node:test. `t.playmoney` of each test is a sandbox of its own.
const { test: base } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');

const { check, run } = require('./lib/harness.js');

const TICK_MS = 1000;
const TICKS_MAX = 10_000;

function testWith(options = {}) {
  check(options);
  const wrap = (body) =>
    body &&
    ((t) =>
      run({ title: t.fullName ?? t.name, file: t.filePath ?? process.argv[1], options, timers: timersOf(t) }, (given) => body(Object.assign(t, given))));
  const variant = (of) => (name, ...rest) => of(name, ...rest.map((it) => (typeof it === 'function' ? wrap(it) : it)));
  return Object.assign(variant(base), { only: variant(base.only), skip: variant(base.skip), todo: variant(base.todo) });
}

function timersOf(t) {
  const timers = () => {
    const own = t.mock?.timers;
    if (own) return own;
    throw new Error(`fakeTimers needs Node.js 20.11 or newer, and this is ${process.version}.`);
  };
  return {
    start: (apis, now) => timers().enable({ apis, now }),
    set: (now) => timers().setTime(now),
    tick: async (span) => {
      // Node sets the time to the end of a tick before its timers run, so a tick is short.
      const step = Math.max(TICK_MS, Math.ceil(span / TICKS_MAX));
      for (let left = span; left > 0; left -= step) timers().tick(Math.min(left, step));
      // What the timers have begun goes on before the next step.
      await turn();
    },
    stop: () => timers().reset(),
  };
}

const test = testWith();

module.exports = { it: test, test, testWith };
