'use strict';
// For Jest. Each test is called with a sandbox of its own: `test('...', async ({ playmoney }) => { ... })`.
const { afterEach, expect, jest: fake, test: base } = require('@jest/globals');

const { check, run } = require('./lib/harness.js');
const { jestTimers } = require('./lib/timers.js');

const timers = jestTimers(fake);

/** What is left to do behind the present test. Jest runs the tests of a file one after another, apart from concurrent ones. */
const left = [];

function testWith(options = {}) {
  check(options);
  afterEach(async () => {
    for (const it of left.splice(0)) await it();
  });
  const atEnd = (it) => left.push(it);
  const wrap = (name, body, more) => (...row) => {
    const { currentTestName, testPath } = expect.getState();
    // Of tests that run at once, Jest knows the latest name only.
    const title = currentTestName?.endsWith(name) || row.length > 0 ? currentTestName : name;
    return run({ title, file: testPath, options, timers, ...more }, (given) => body(given, ...row));
  };
  const variant = (of, more = { atEnd }) => (name, body, limit) => of(name, wrap(name, body, more), limit);
  const each = (of, more) => (...table) => (name, body, limit) => of(...table)(name, rows(wrap(name, body, more)), limit);
  const all = (of, more = { atEnd }) => Object.assign(variant(of, more), { each: each(of.each, more) });
  return Object.assign(all(base), {
    concurrent: all(base.concurrent, {}),
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
