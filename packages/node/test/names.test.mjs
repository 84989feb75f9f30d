import assert from 'node:assert/strict';
import { test } from 'node:test';

import names from '../lib/names.js';

const { sandboxName } = names;

test('a name has the words of the test', () => {
  assert.match(sandboxName('Checkout > a card, paid “late”', 'test/a.js'), /^checkout-a-card-paid-late-[0-9a-f]{8}$/);
  assert.match(sandboxName('Crème brûlée', ''), /^creme-brulee-[0-9a-f]{8}$/);
  assert.match(sandboxName('支払い', ''), /^test-[0-9a-f]{8}$/);
});

test('a name is a name of a sandbox, whatever the title is', () => {
  for (const title of ['', '-', 'x'.repeat(500), `${'x'.repeat(53)} y`, '💸'.repeat(40), 'a\nb\0c', 'İ']) {
    assert.match(sandboxName(title, '/a/b.js'), /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  }
});

test('similar titles, and the same title in two files, have different names', () => {
  const long = 'x'.repeat(100);
  const tests = [['a b', 'f'], ['a-b', 'f'], ['A b', 'f'], ['a b', 'g'], [`${long}1`, 'f'], [`${long}2`, 'f']];
  const made = tests.map((it) => sandboxName(...it));
  assert.equal(new Set(made).size, made.length);
});

test('the folder of the project does not change a name', () => {
  assert.equal(sandboxName('a', `${process.cwd()}/test/a.js`), sandboxName('a', 'test/a.js'));
});
