import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import * as playmoney from '../index.mjs';
import { isGone, until } from '../fixtures/gone.mjs';

const { PlaymoneyError, connect, startServer } = playmoney;
const folder = mkdtempSync(join(tmpdir(), 'playmoney-test-'));
after(() => rmSync(folder, { recursive: true }));

test('both kinds of modules give the same', () => {
  assert.equal(createRequire(import.meta.url)('../index.js').Sandbox, playmoney.Sandbox);
});

test('a server starts with flags, and ends', async () => {
  const now = new Date('2030-01-01T00:00:00Z');
  const server = await startServer({ clock: 'frozen', now, allowHost: ['shop.example', 'other.example'] });
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await (await server.find()).clock()).now, '2030-01-01T00:00:00Z');
  const { sandboxes } = await server.control('GET', 'sandboxes');
  assert.deepEqual(sandboxes.map((it) => it.name), ['default']);
  await server.stop();
  assert.ok(await isGone(server.url));
  await server.stop();
});

test('variables do not choose the port', async () => {
  process.env.PLAYMONEY_PORT = '1';
  const server = await startServer().finally(() => delete process.env.PLAYMONEY_PORT);
  assert.notEqual(new URL(server.url).port, '1');
  await server.stop();
});

test('a scenario file is served', async () => {
  const file = join(folder, 'shop.yaml');
  writeFileSync(file, 'version: 1\nname: a shop\nclock: { mode: frozen, now: 2031-01-01T00:00:00Z }\n');
  const server = await startServer({ scenario: file });
  assert.equal((await (await server.find()).clock()).now, '2031-01-01T00:00:00Z');
  await server.stop();
});

test('the token of the server is used', async () => {
  const server = await startServer({ adminToken: 'secret' });
  assert.equal((await (await server.sandbox({ now: '2026-01-01T00:00:00Z' })).advance('1m')).now, '2026-01-01T00:01:00Z');
  await assert.rejects(connect(server.url).control('GET', 'clock'), (error) => error instanceof PlaymoneyError && error.status === 401);
  assert.ok(await connect(server.url, { token: 'secret' }).control('GET', 'clock'));
  await server.stop();
});

test('a server that speaks TLS is trusted', async (t) => {
  const tlsDir = mkdtempSync(join(folder, 'tls-'));
  const server = await startServer({ tls: true, tlsDir }).catch((error) => {
    if (!error.message.includes("unexpected argument '--tls'")) throw error;
    t.skip('this program does not speak TLS');
  });
  if (!server) return;
  assert.match(server.url, /^https:/);
  const sandbox = await server.sandbox({ now: '2026-01-01T00:00:00Z' });
  assert.equal((await sandbox.advance('31m')).now, '2026-01-01T00:31:00Z');
  await server.stop();
});

test('a server that cannot start says why', async () => {
  await assert.rejects(startServer({ clock: 'sideways' }), /has ended \(exit code 2\) before it was ready:\n[^]*sideways/);
  await assert.rejects(startServer({ program: join(folder, 'nothing') }), /nothing cannot be run: .*ENOENT/);
  await assert.rejects(connect('http://127.0.0.1:9').control('GET', 'clock'), /http:\/\/127\.0\.0\.1:9 cannot be reached: /);
});

for (const how of ['exit', 'throw', 'SIGTERM', 'SIGKILL']) {
  test(`a process that ends by ${how} leaves no server behind`, async () => {
    const own = mkdtempSync(join(folder, 'tmp-'));
    const child = spawn(process.execPath, [new URL('../fixtures/server.mjs', import.meta.url).pathname, how], {
      env: { ...process.env, TMPDIR: own, NODE_TEST_CONTEXT: undefined },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [url] = await once(child.stdout.setEncoding('utf8'), 'data');
    if (how.startsWith('SIG')) child.kill(how);
    await once(child, 'exit');
    assert.ok(await isGone(url.trim()));
    assert.ok(await until(() => readdirSync(own).length === 0));
  });
}
