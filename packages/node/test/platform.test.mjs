import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { root } from '../fixtures/run.mjs';
import platform from '../lib/platform.js';

const { PACKAGES, findProgram } = platform;
const folder = mkdtempSync(join(tmpdir(), 'playmoney-test-'));
after(() => rmSync(folder, { recursive: true }));

const program = join(folder, 'playmoney');
writeFileSync(program, '');
chmodSync(program, 0o755);

function missing(name) {
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
}

test('the variable comes first, then the package, then the path', () => {
  const own = (name) => `/modules/${name}`;
  const at = { platform: 'linux', arch: 'x64' };
  assert.equal(findProgram({ ...at, env: { PLAYMONEY_BIN: program, PATH: '' }, resolve: own }), program);
  assert.equal(findProgram({ ...at, env: { PATH: folder }, resolve: own }), '/modules/@playmoney/linux-x64/bin/playmoney');
  assert.equal(findProgram({ ...at, env: { PATH: folder }, resolve: missing }), program);
});

test('the command of this package on PATH is not the program', () => {
  const at = { platform: 'linux', arch: 'x64', resolve: missing };
  const places = [
    (file) => symlinkSync(join(root, 'bin', 'playmoney.js'), file),
    (file) => writeFileSync(file, '#!/bin/sh\nexec node "$basedir/../playmoney/bin/playmoney.js" "$@"\n', { mode: 0o755 }),
  ];
  for (const [number, put] of places.entries()) {
    const shims = join(folder, `shims-${number}`);
    mkdirSync(shims);
    put(join(shims, 'playmoney'));
    assert.throws(() => findProgram({ ...at, env: { PATH: shims } }), /PATH: no folder of it has playmoney/);
    assert.equal(findProgram({ ...at, env: { PATH: `${shims}:${folder}` } }), program);
  }
});

test('Windows has another file name', () => {
  const found = findProgram({ env: {}, platform: 'win32', arch: 'arm64', resolve: (name) => name });
  assert.equal(found, '@playmoney/win32-arm64/bin/playmoney.exe');
});

test('a variable that names nothing is an error', () => {
  const find = () => findProgram({ env: { PLAYMONEY_BIN: join(folder, 'nothing') } });
  assert.throws(find, /PLAYMONEY_BIN names .*nothing, which is not a file that can be run/);
});

test('each platform has a package, and a missing one is named', () => {
  for (const [key, name] of Object.entries(PACKAGES)) {
    const [system, arch] = key.split('-');
    const find = () => findProgram({ env: { PATH: '/none' }, platform: system, arch, resolve: missing });
    assert.throws(find, new RegExp(`the package ${name} is not installed [^]*PATH: no folder`));
  }
  assert.equal(Object.keys(PACKAGES).length, 6);
});

test('a platform without a package is told', () => {
  const find = () => findProgram({ env: {}, platform: 'sunos', arch: 'x64', resolve: missing });
  assert.throws(find, /Playmoney has no package for sunos-x64; it has them for linux-x64, /);
});
