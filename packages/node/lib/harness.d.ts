import type { Sandbox } from '../index';

export interface TestOptions<App = undefined> {
  /** Makes the application under test, which is then served at a free port. `env` is that of the process with the sandbox's addresses and keys. */
  app?: (env: Record<string, string>, given: { playmoney: Sandbox; url: string }) => App | Promise<App>;
  /** The path of the application's webhook receiver; `{provider}` is replaced. By default `/webhooks/{provider}`. */
  webhooks?: string;
  /** Another address for webhooks. Without it and without `app`, they go to the inbox `webhooks`. */
  webhookUrl?: string;
  /** The first moment of simulated time; by default that of the scenario, or 2026-01-01T00:00:00Z. */
  now?: string | Date;
  seed?: number;
  /** A scenario, as YAML. */
  scenario?: string;
  /** Puts the addresses and keys into `process.env` while a test runs. Not for tests that run at once. */
  processEnv?: boolean;
  /** Whether `Date` follows the sandbox's clock, or the names of what is faked: `['Date', 'setTimeout', 'setInterval']`. */
  fakeTimers?: boolean | ('Date' | 'setTimeout' | 'setInterval' | 'setImmediate')[];
}

/** What each test is given. */
export interface Given<App = undefined> {
  /** A sandbox of its own, named after the test. */
  playmoney: Sandbox;
  /** What the option `app` has made. */
  app: App;
  /** The address of the application. */
  url: App extends undefined ? undefined : string;
}
