// For Vitest. Each test has a sandbox of its own as a fixture: `test('...', async ({ playmoney }) => { ... })`.
import { test as base, vi } from 'vitest';

import harness from './lib/harness.js';
import library from './lib/timers.js';

const timers = library.vitestTimers(vi);

export function testWith(options = {}) {
  harness.check(options);
  return base.extend({
    playmoneyTest: async ({ task }, use) => {
      const { test, close } = await harness.begin({ title: titleOf(task), file: task.file.filepath, options, timers });
      await use(test);
      const { state, errors } = task.result ?? {};
      await close(state === 'fail' ? (errors?.[0] ?? new Error('the test has failed')) : undefined);
    },
    playmoney: async ({ playmoneyTest }, use) => use(playmoneyTest.playmoney),
    app: async ({ playmoneyTest }, use) => use(playmoneyTest.app),
    url: async ({ playmoneyTest }, use) => use(playmoneyTest.url),
  });
}

function titleOf(task) {
  const names = [];
  for (let it = task; it && it !== task.file; it = it.suite) names.unshift(it.name);
  return names.join(' ');
}

export const test = testWith();
export const it = test;
