import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { isGone, until } from '../fixtures/gone.mjs';
import { findProgram } from '../index.mjs';
import { root, run, start } from '../fixtures/run.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
/** The machine can be busy. */
const PATIENT = '--testTimeout=60000';
const RUNNERS = {
  node: [process.execPath, '--test', '--test-concurrency=2', 'names.test.js', 'clock.test.js'],
  vitest: [bin('vitest'), 'run', PATIENT],
  'vitest in threads': [bin('vitest'), 'run', PATIENT, '--pool=threads'],
  jest: [bin('jest'), PATIENT, '--maxWorkers=2'],
  'jest in one process': [bin('jest'), PATIENT, '--runInBand'],
};
const BROKEN = {
  node: [process.execPath, '--test', 'broken.js'],
  vitest: [bin('vitest'), 'run', PATIENT, '--config', 'broken.config.js'],
  jest: [bin('jest'), PATIENT, '--testMatch', '**/broken.js'],
};

const folderOf = (name) => join('fixtures', name.split(' ')[0]);

/** Calls `use` with an empty folder for temporary files, and expects that it is empty again at the end. */
async function clean(use) {
  const folder = mkdtempSync(join(tmpdir(), 'playmoney-run-'));
  const left = () => readdirSync(folder).filter((it) => it.startsWith('playmoney'));
  try {
    await use({ TMPDIR: folder });
    assert.ok(await until(() => left().length === 0), `left behind: ${left()}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// They wait more than they compute.
describe('runs', { concurrency: 4 }, () => {
  for (const [name, command] of Object.entries(RUNNERS)) {
    test(`${name}: a sandbox a test, one server a run, and nothing is left`, () =>
      clean(async (env) => {
        const { code, text } = await run(folderOf(name), command, env);
        assert.equal(code, 0, text);
        const servers = [...text.matchAll(/server (http:\S+)/g)].map((it) => it[1]);
        assert.equal(servers.length, 2, text);
        assert.equal(servers[0], servers[1], text);
        assert.ok(await isGone(servers[0]));
      }));
  }

  for (const [name, command] of Object.entries(BROKEN)) {
    test(`${name}: a failed test shows the timeline`, () =>
      clean(async (env) => {
        const { code, text } = await run(folderOf(name), command, env);
        assert.equal(code, 1, text);
        const told = [...text.matchAll(/Timeline of the sandbox ([a-z0-9-]+):/g)].map((it) => it[1].replace(/-[0-9a-f]{8}$/, ''));
        assert.deepEqual([...new Set(told)].sort(), ['a-test-that-hangs', 'a-verification-fails', 'an-expectation-fails'], text);
        assert.match(text, /quoine\.createInvoice was not called as expected: 0 requests fit, but the call expects exactly 1\./);
        assert.match(text, /2026-01-01T00:31:00Z {2}clock {4}the clock moved here/);
      }));
  }

  test('a run that is killed leaves nothing', () =>
    clean(async (env) => {
      const child = start('fixtures/node', [process.execPath, 'hang.js'], env);
      assert.ok(await until(() => child.said.includes('server http')));
      const url = /server (http:\S+)/.exec(child.said)[1];
      child.kill('SIGKILL');
      await once(child, 'exit');
      assert.ok(await isGone(url));
    }));

  test('a server that is killed ends one test only', () =>
    clean(async (env) => {
      const [program, file] = ['program', 'pid'].map((it) => join(env.TMPDIR, it));
      writeFileSync(program, `#!/bin/sh\necho $$ > '${file}'\nexec '${findProgram()}' "$@"\n`, { mode: 0o755 });
      const { text } = await run('fixtures/node', [process.execPath, '--test', 'killed.js'], { ...env, PLAYMONEY_BIN: program, PID_FILE: file });
      assert.match(text, /not ok 1 - the server is killed[^]*cannot be reached[^]*killed\.js:8[^]*\nok 2 - the next test has another one/);
    }));

  test('a server that runs already is used', () =>
    clean(async (env) => {
      const { startServer } = await import('../index.mjs');
      const server = await startServer({ clock: 'real' });
      const { code, text } = await run('fixtures/node', RUNNERS.node, { ...env, PLAYMONEY_URL: server.url });
      assert.equal(code, 0, text);
      assert.ok(text.includes(`server ${server.url}`), text);
      assert.equal((await server.control('GET', 'sandboxes')).sandboxes.length, 1);
      await server.stop();
    }));

  test('without the program, the tests say what was tried', () =>
    clean(async (env) => {
      const { text } = await run('fixtures/node', BROKEN.node, { ...env, PLAYMONEY_BIN: '', PATH: '/bin' });
      assert.match(text, /The program `playmoney` was not found\. These places were tried:/);
    }));
});
