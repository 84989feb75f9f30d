import type { TestContext, TestOptions as NodeOptions } from 'node:test';

import type { Given, TestOptions } from './lib/harness';

export type { Given, TestOptions } from './lib/harness';

type Body<App> = (t: TestContext & Given<App>) => void | Promise<void>;

export interface Variant<App = undefined> {
  (fn: Body<App>): Promise<void>;
  (name: string, fn: Body<App>): Promise<void>;
  (name: string, options: NodeOptions, fn: Body<App>): Promise<void>;
}

export interface Test<App = undefined> extends Variant<App> {
  only: Variant<App>;
  skip: Variant<App>;
  todo: Variant<App>;
}

/** Like `test` of node:test, with a sandbox of its own for each test. */
export const test: Test;
export const it: Test;

/** A `test` with options. */
export function testWith<App = undefined>(options?: TestOptions<App>): Test<App>;
