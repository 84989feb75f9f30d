'use strict';
// Fake timers of several libraries, driven in one way: `start(apis, now)`, `set(now)`, `tick(span)` and `stop()`, in milliseconds.
const { setImmediate: turn } = require('node:timers/promises');

const date = require('./date.js');

const TICK_MS = 1000;
/** A year of seconds, which takes Node about a second. */
const TICKS_MAX = 31_536_000;

/** All that Jest would fake. */
const APIS = [
  ...['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'],
  ...['requestAnimationFrame', 'cancelAnimationFrame', 'requestIdleCallback', 'cancelIdleCallback'],
  ...['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
];

/** `setTimeout` is faked together with `clearTimeout`. */
function pairs(apis) {
  return apis.flatMap((it) => (it.startsWith('set') ? [it, it.replace(/^set/, 'clear')] : [it]));
}

/** Jest's. `jest` is that of `@jest/globals`. */
function jestTimers(jest) {
  return {
    start: (apis, now) => {
      const faked = pairs(apis);
      jest.useFakeTimers({ now, doNotFake: APIS.filter((it) => !faked.includes(it)) });
    },
    set: (now) => jest.setSystemTime(now),
    tick: (span) => jest.advanceTimersByTimeAsync(span),
    stop: () => jest.useRealTimers(),
  };
}

/** Vitest's. */
function vitestTimers(vi) {
  return {
    start: (apis, now) => vi.useFakeTimers({ toFake: pairs(apis), now }),
    set: (now) => vi.setSystemTime(now),
    tick: (span) => vi.advanceTimersByTimeAsync(span),
    stop: () => vi.useRealTimers(),
  };
}

/** Node runs a mock timer that has thrown again and again, and no other. So what timers throw is kept aside. */
function guard(name, errors) {
  const faked = globalThis[name];
  const guarded = (callback, ...rest) => {
    if (typeof callback !== 'function') return faked(callback, ...rest);
    return faked(function (...values) {
      try {
        return Reflect.apply(callback, this, values);
      } catch (error) {
        errors.push(error);
      }
    }, ...rest);
  };
  Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(faked));
  Object.defineProperty(globalThis, name, { ...Object.getOwnPropertyDescriptor(globalThis, name), value: guarded });
}

/** Those of Node: `mock` of node:test, or of a test's context. Where only Date is faked, they are not needed. */
function nodeTimers(mock) {
  let isDateAlone = true;
  let errors = [];
  return {
    start: (apis, now) => {
      isDateAlone = apis.every((it) => it === 'Date');
      if (isDateAlone) return date.start(now);
      if (Number.parseInt(process.versions.node, 10) < 20) {
        throw new Error(`fakeTimers of other functions than Date needs Node.js 20.11 or newer, and this is ${process.version}.`);
      }
      mock.timers.enable({ apis, now });
      errors = [];
      for (const it of apis.filter((it) => it.startsWith('set'))) guard(it, errors);
    },
    set: (now) => (isDateAlone ? date.set(now) : mock.timers.setTime(now)),
    tick: async (span) => {
      // Node sets the time to the end of a tick before its timers run, so a tick is short.
      const step = Math.max(TICK_MS, Math.ceil(span / TICKS_MAX));
      for (let left = span; left > 0; left -= step) mock.timers.tick(Math.min(left, step));
      // What the timers have begun goes on before the next step.
      await turn();
      const [first] = errors.splice(0);
      if (first !== undefined) throw first;
    },
    stop: () => (isDateAlone ? date.stop() : mock.timers.reset()),
  };
}

/** Those of `@sinonjs/fake-timers`, and those of Sinon, which begin with another function. */
function sinonTimers(install) {
  let clock;
  return {
    start: (apis, now) => {
      clock = install({ now, toFake: pairs(apis), shouldClearNativeTimers: true });
    },
    set: (now) => clock.setSystemTime(now),
    tick: (span) => clock.tickAsync(span),
    stop: () => (clock.uninstall ?? clock.restore).call(clock),
  };
}

const has = (library, name) => typeof library?.[name] === 'function';

/** Drives a library by what it has. */
function timersOf(library) {
  if (['start', 'set', 'tick', 'stop'].every((it) => has(library, it))) return library;
  if (has(library.timers, 'enable')) return nodeTimers(library);
  if (has(library, 'getMockedSystemTime')) return vitestTimers(library);
  if (has(library, 'getRealSystemTime')) return jestTimers(library);
  if (has(library, 'install')) return sinonTimers((options) => library.install(options));
  if (has(library, 'useFakeTimers')) return sinonTimers((options) => library.useFakeTimers(options));
  throw new TypeError('timers is `mock` of node:test, `@sinonjs/fake-timers`, Sinon, `vi` of Vitest, `jest`, or has start, set, tick and stop.');
}

/**
 * What brings faked functions to a moment. Timers that are due on the way run, each at its time; a clock that was set back has none.
 */
function mover(timers, wanted) {
  const faked = wanted === true ? ['Date'] : wanted;
  const hasTimers = faked.some((it) => it !== 'Date');
  let at;
  return async (moment) => {
    if (at === undefined) timers.start(faked, moment);
    else if (hasTimers && moment > at) {
      const span = moment - at;
      at = moment; // also if a timer fails on the way: the others have run
      await timers.tick(span);
    } else timers.set(moment);
    at = moment;
  };
}

module.exports = { jestTimers, mover, nodeTimers, timersOf, vitestTimers };
