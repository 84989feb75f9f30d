'use strict';
// For node:test. `t.playmoney` of each test is a sandbox of its own.
const { test: base } = require('node:test');

const { check, run } = require('./lib/harness.js');
const { nodeTimers } = require('./lib/timers.js');

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
  return { title, file: t.filePath ?? process.argv[1], options, timers: nodeTimers(t.mock), atEnd: (it) => t.after?.(it) };
}

const test = testWith();

module.exports = { it: test, test, testWith };
