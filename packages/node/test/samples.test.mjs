import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { root, run } from '../fixtures/run.mjs';

const SAMPLES = {
  'express-vitest': [join(root, 'node_modules', '.bin', 'vitest'), 'run'],
  'fastify-node-test': [process.execPath, '--test', 'test/'],
};
const GLUE_MAX = 5;

for (const [name, command] of Object.entries(SAMPLES)) {
  test(`the sample ${name} passes its tests`, async () => {
    const { code, text } = await run(join('samples', name), command);
    assert.equal(code, 0, text);
    // Expiry, underpayment, twice, late, an outage, a rotated secret, and the plain way.
    assert.match(text, /(Tests {2}7 passed|pass 7)/, text);
  });

  test(`the sample ${name} has at most ${GLUE_MAX} lines of glue`, () => {
    const lines = readFileSync(join(root, 'samples', name, 'playmoney.js'), 'utf8').split('\n').filter((it) => it.trim());
    assert.ok(lines.length <= GLUE_MAX, lines.join('\n'));
  });
}
