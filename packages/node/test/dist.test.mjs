import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { root, run } from '../fixtures/run.mjs';
import { findProgram } from '../index.mjs';
import platform from '../lib/platform.js';

const folder = mkdtempSync(join(tmpdir(), 'playmoney-dist-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The folder that packages/dist has built. Without one, a stand-in of the program is packed here. */
const built = process.env.PLAYMONEY_DIST;
const out = built ?? join(folder, 'dist');
const project = join(folder, 'project');
// What is installed has to be enough.
const ALONE = { PLAYMONEY_BIN: undefined, NODE_PATH: undefined };

before(async () => {
  if (!built) {
    const binary = join(folder, 'binary');
    writeFileSync(binary, `#!/bin/sh\nexec '${findProgram()}' "$@"\n`);
    const made = await run('.', [process.execPath, 'scripts/dist.mjs', '--binary', binary, '--out', out]);
    assert.equal(made.code, 0, made.text);
  }
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true }');
  const files = readdirSync(out).filter((it) => it.endsWith('.tgz')).map((it) => join(out, it));
  assert.equal(files.length, 2);
  // Offline, npm cannot look at the packages of the other platforms.
  const installed = await run(project, ['npm', 'install', '--offline', '--omit=optional', '--no-audit', '--no-fund', ...files]);
  assert.equal(installed.code, 0, installed.text);
});

test('the packed manifest names each platform, and nothing for developers', () => {
  const packed = JSON.parse(readFileSync(join(project, 'node_modules', 'playmoney', 'package.json'), 'utf8'));
  assert.deepEqual(packed.optionalDependencies, Object.fromEntries(Object.values(platform.PACKAGES).map((it) => [it, packed.version])));
  assert.deepEqual([packed.dependencies, packed.devDependencies, packed.scripts], [undefined, undefined, undefined]);
  const target = `${process.platform}-${process.arch}`;
  const own = JSON.parse(readFileSync(join(project, 'node_modules', '@playmoney', target, 'package.json'), 'utf8'));
  assert.deepEqual([own.version, own.os, own.cpu], [packed.version, [process.platform], [process.arch]]);
});

test('the version is that of the program', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.equal(/^version = "(.*)"$/m.exec(readFileSync(join(root, '..', '..', 'Cargo.toml'), 'utf8'))[1], version);
  const { code, text } = await run(project, [join(project, 'node_modules', '.bin', 'playmoney'), '--version'], ALONE);
  assert.deepEqual([code, text.trim()], [0, `playmoney ${version}`]);
});

test('the command passes on arguments and exit codes', async () => {
  const { code, text } = await run(project, [join(project, 'node_modules', '.bin', 'playmoney'), 'check', 'nothing.yaml'], ALONE);
  assert.equal(code, 2, text);
});

test('what is installed serves modules of both kinds', async () => {
  const heads = { 'a.mjs': "import { startServer } from 'playmoney';", 'b.cjs': "const { startServer } = require('playmoney');" };
  for (const [name, head] of Object.entries(heads)) {
    writeFileSync(join(project, name), `${head}\nstartServer().then((it) => it.stop()).then(() => console.log('done'));\n`);
    const { text } = await run(project, [process.execPath, name], ALONE);
    assert.equal(text.trim(), 'done');
  }
});

test('the samples pass with what is installed', async () => {
  // The other packages of the samples are those of this repository.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  cpSync(join(root, 'samples'), join(project, 'samples'), { recursive: true, filter: (it) => !it.endsWith('node_modules') });
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const commands = { 'express-vitest': [vitest, 'run', '--testTimeout=60000'], 'fastify-node-test': ['--test'] };
  for (const [name, command] of Object.entries(commands)) {
    const { code, text } = await run(join(project, 'samples', name), [process.execPath, ...command], ALONE);
    assert.equal(code, 0, text);
    // The plain way, expiry, underpayment, twice, late, an outage, and a rotated secret.
    assert.match(text, /Tests {2}9 passed|pass 9/);
  }
});

test('the samples have at most five lines of glue', () => {
  const readme = readFileSync(join(root, 'samples', 'README.md'), 'utf8');
  assert.match(readme, /its file `playmoney\.js`, three lines\./);
  for (const name of ['express-vitest', 'fastify-node-test']) {
    const glue = readFileSync(join(root, 'samples', name, 'playmoney.js'), 'utf8').split('\n').filter((it) => it.trim());
    assert.equal(glue.length, 3, glue.join('\n'));
  }
});
