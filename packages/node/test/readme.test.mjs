import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { root, run } from '../fixtures/run.mjs';
import { Sandbox } from '../index.mjs';

const text = readFileSync(join(root, 'README.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'playmoney-readme-'));
after(() => rmSync(folder, { recursive: true, force: true }));
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');

const COMMANDS = {
  vitest: () => [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--testTimeout=60000'],
  jest: () => [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), '--testTimeout=60000', '--rootDir', '.'],
  node: (file) => ['--test', file],
  script: (file) => [file],
};

for (const [, block] of text.matchAll(/^```js\n([^]*?)^```$/gm)) {
  const [, kind, file] = /^\/\/ (\w+): (\S+)\n/.exec(block) ?? [];
  test(`the README's ${kind} runs`, async () => {
    const own = join(folder, kind);
    mkdirSync(own);
    writeFileSync(join(own, 'package.json'), `{ "type": "${kind === 'jest' ? 'commonjs' : 'module'}", "jest": { "transform": {} } }`);
    writeFileSync(join(own, file), block);
    const { code, text: said } = await run(own, [process.execPath, ...COMMANDS[kind](file)]);
    assert.equal(code, 0, said);
  });
}

test('the README names each verb', () => {
  const verbs = Object.getOwnPropertyNames(Sandbox.prototype).filter((it) => it !== 'constructor');
  const left = verbs.filter((it) => !new RegExp(`\\b${it}\\b`).test(text));
  assert.deepEqual(left.filter((it) => !['name', 'seed'].includes(it)), []);
});
