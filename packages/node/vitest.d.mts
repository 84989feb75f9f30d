import type { TestAPI } from 'vitest';

import type { Given, TestOptions } from './lib/harness.js';

export type { Given, TestOptions } from './lib/harness.js';

/** Like `test` of Vitest, with a sandbox of its own for each test. */
export const test: TestAPI<Given>;
export const it: TestAPI<Given>;

/** A `test` with options. */
export function testWith<App = undefined>(options?: TestOptions<App>): TestAPI<Given<App>>;
