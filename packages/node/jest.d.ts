import type { Given, TestOptions } from './lib/harness';

export type { Given, TestOptions } from './lib/harness';

export interface Variant<App = undefined> {
  (name: string, fn: (given: Given<App>) => unknown, timeout?: number): void;
}

export interface Rows<App = undefined> {
  <Row extends readonly unknown[]>(table: readonly Row[]): (name: string, fn: (given: Given<App>, ...row: Row) => unknown, timeout?: number) => void;
  <Value>(table: readonly Value[]): (name: string, fn: (given: Given<App>, value: Value) => unknown, timeout?: number) => void;
}

export interface Test<App = undefined> extends Variant<App> {
  concurrent: Variant<App> & { each: Rows<App> };
  each: Rows<App>;
  failing: Variant<App>;
  only: Variant<App> & { each: Rows<App> };
  skip: Variant<App> & { each: Rows<App> };
  todo: (name: string) => void;
}

/** Like `test` of Jest, with a sandbox of its own for each test. */
export const test: Test;
export const it: Test;

/** A `test` with options. */
export function testWith<App = undefined>(options?: TestOptions<App>): Test<App>;
