import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';

import harness from '../lib/harness.js';

test('a server of another version is told', async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url.endsWith('/health') ? 200 : 404).end('{"status":"ok","version":"99.0.0","detail":"unknown"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.PLAYMONEY_URL = `http://127.0.0.1:${server.address().port}`;
  const warned = once(process, 'warning');
  await assert.rejects(harness.run({ title: 'a test', file: 'a.js', options: {} }, () => {}), /unknown/);
  const [warning] = await warned;
  assert.match(warning.message, /The server is Playmoney 99\.0\.0, and this package \d+\.\d+\.\d+: some calls may be unknown to it\./);
  server.closeAllConnections();
  server.close();
});
