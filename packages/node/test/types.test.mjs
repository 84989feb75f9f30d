import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { root, run } from '../fixtures/run.mjs';
import { generate, present } from '../scripts/types.mjs';

test('control.d.ts is what openapi-typescript makes of the OpenAPI document', async () => {
  assert.equal(await present(), await generate(), 'run `npm run types`');
});

test('a strict project compiles', async () => {
  const { code, text } = await run('fixtures/types', [process.execPath, join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.']);
  assert.equal(code, 0, text);
});
