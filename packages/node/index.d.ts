import type { components, operations } from './control';

type Schemas = components['schemas'];
type Query<Name extends keyof operations> = operations[Name] extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;

/** The slug of a provider. */
export type Provider = 'quantapay' | 'qbitpay' | 'cryptopay' | 'quantum-payouts' | 'quoine';

/** The actions of the outside world, such as `quoine.pay`, with what each takes. */
export type Actions = {
  [Name in keyof Schemas as Name extends `${Provider}.${infer Action}` ? (Action extends 'settings' ? never : Name) : never]: Schemas[Name];
};

/** The settings of a merchant, by provider. */
export type Settings = { [Slug in Provider]: Schemas[`${Slug}.settings`] };

/** The full name of an operation, such as `quoine.createInvoice`. */
export type Operation = NonNullable<Schemas['verify_requests.request']['operation']>;

/** What a request has to be like: `{ body: { price: { gt: 100 } } }`. */
export type Where = NonNullable<Schemas['verify_requests.request']['where']>;

/** How many requests have to fit. */
export type Count = number | { atLeast?: number; atMost?: number };

export type Delivery = Schemas['list_deliveries.answer']['deliveries'][number];
export type JournalEntry = Schemas['list_requests.answer']['requests'][number];
export type Message = Schemas['list_messages.answer']['messages'][number];
export type Report = Schemas['advance_clock.answer'];
export type Clock = Schemas['show_clock.answer'];
export type Acted = Schemas['act.answer'];
export type Rule = Schemas['scenario.rule'];
export type Violation = Schemas['list_violations.answer']['violations'][number];
export type Account = Schemas['show_account.answer'];
export type Problem = Schemas['problem'];

/** `'31m'`, a moment, or what the call `advance` takes. */
export type Span = string | Date | (Omit<Schemas['advance_clock.request'], 'to'> & { to?: string | Date });

/** What a webhook has to be like. */
export type WebhookCriteria = Omit<Schemas['wait_for_deliveries.request'], 'count' | 'timeout'> & { count?: Count; timeout?: number | string };

export interface AddedRule {
  readonly name: string;
  remove(): Promise<unknown>;
}

/** A receiver that is built into a sandbox. */
export interface Inbox {
  readonly name: string;
  readonly url: string;
  /** What has arrived, oldest first. `{ wait: '5s', count: 2 }` waits until two are there. */
  messages(filters?: Filters<'list_messages'>): Promise<Message[]>;
  /** How it answers: 500, 'timeout', { status: 200, delay: '11s' }, ...; the last one again and again. */
  respond(...answers: NonNullable<Schemas['script_inbox.request']['respond']>): Promise<unknown>;
  clear(): Promise<unknown>;
}

export type Filters<Name extends 'list_deliveries' | 'list_requests' | 'list_messages' | 'list_violations'> = {
  [Key in keyof Query<Name>]: Query<Name>[Key] | (Key extends 'since' ? Date : never);
};

export interface SandboxOptions {
  /** 1 to 63 of a-z, 0-9 and hyphens. */
  name?: string;
  seed?: number;
  /** The first moment of simulated time, which then stands until a test moves it. */
  now?: string | Date;
  /** A scenario, as YAML. */
  scenario?: string;
  /** The webhook address of every merchant; `{provider}` is replaced. */
  webhookUrl?: string;
  /** Real time after the last request at which it is deleted, such as `30m`. */
  ttl?: string;
}

/** The flags of `playmoney serve`, in camelCase. */
export interface ServerOptions {
  /** The path of a scenario file: the starting state and the rules. */
  scenario?: string;
  /** The path of the program, in place of the one that is found. */
  program?: string;
  clock?: 'real' | 'frozen' | `${number}x`;
  now?: string | Date;
  seed?: number;
  listen?: string | string[];
  port?: number;
  webhookUrl?: string;
  webhookAllow?: string | string[];
  publicUrl?: string;
  /** Speaks TLS with a certificate from a development authority, which is kept in `tlsDir`. */
  tls?: boolean;
  tlsDir?: string;
  tlsCert?: string;
  tlsKey?: string;
  allowHost?: string | string[];
  allowOrigin?: string | string[];
  adminToken?: string;
  sandboxes?: 'named' | 'on-use';
  log?: 'text' | 'json' | 'none';
  [flag: string]: string | number | boolean | Date | string[] | undefined;
}

/** One sandbox of a server: its own keys, its own clock, its own state. */
export class Sandbox {
  private constructor();
  readonly name: string;
  readonly seed: number;
  /** Its address: http://127.0.0.1:43117/s/checkout-7. */
  readonly url: string;
  /** Addresses and keys as environment variables, such as QUOINE_BASE_URL. */
  readonly env: Record<string, string>;
  /** The keys of each provider. */
  readonly credentials: Record<Provider, Record<string, string>>;
  /** What stands for the scheme and host of the provider. */
  baseUrl(provider: Provider): string;
  /** Lets simulated time pass. It is done when everything that was due has happened, webhooks and their retries included. */
  advance(span: Span): Promise<Report>;
  clock(): Promise<Clock>;
  /** The simulated time. */
  now(): Promise<Date>;
  /** What a customer, a bank or a blockchain does. */
  act<Name extends keyof Actions>(action: Name, details?: Actions[Name]): Promise<Acted>;
  /** Webhooks with their attempts, oldest first. */
  deliveries(filters?: Filters<'list_deliveries'>): Promise<Delivery[]>;
  /** The calls that the application has made, oldest first. */
  requests(filters?: Filters<'list_requests'>): Promise<JournalEntry[]>;
  /**
   * Fails unless the application has made the call as often as `count` says; the default is 1.
   * @throws {VerificationError}
   */
  verify(operation: Operation, expected?: { where?: Where; count?: Count }): Promise<number>;
  /**
   * Waits until the application has made the call. `timeout` is real time: seconds, or a text such as `'5s'`, which is the default.
   * @throws {VerificationError}
   */
  wait(operation: Operation, expected?: { where?: Where; count?: Count; timeout?: number | string }): Promise<number>;
  /** A copy of this instant, with all that is pending. Its webhooks go to its inbox `fork`, or to `webhookUrl`. */
  fork(name?: string, options?: { webhookUrl?: string; ttl?: string }): Promise<Sandbox>;
  /** The same for a webhook. */
  waitForWebhook(criteria: WebhookCriteria): Promise<number>;
  /** Where the application broke the documented contract. */
  violations(filters?: Filters<'list_violations'>): Promise<Violation[]>;
  /** Adds a rule: what differs from the documentation, and when. `more` has its other members. */
  rule(on: Rule['on'], then: Rule['then'], when?: Rule['when'], more?: Omit<Rule, 'on' | 'then' | 'when'>): Promise<AddedRule>;
  /** Changes settings of a provider's account, by default the first, and answers with it; without settings it changes nothing. */
  account<Slug extends Provider>(provider: Slug, settings?: Settings[Slug], account?: string): Promise<Account>;
  /** Replaces keys of an account: `rotate('quoine', { secret: '...' })`. */
  rotate(provider: Provider, credentials: Record<string, string>, account?: string): Promise<Account>;
  /** All accounts tell this address from now on; `{provider}` is replaced. */
  webhooksTo(url: string): Promise<void>;
  /** A receiver that is built into the sandbox; by default the one named `webhooks`. */
  inbox(name?: string): Inbox;
  /** Serves an application at a free port, sends all webhooks to this path of it, and answers with its address. */
  serve(app: unknown, webhooks?: string): Promise<string>;
  /** The sandbox as one JSON document. */
  state(): Promise<unknown>;
  /** Replaces the state by such a document. */
  restore(state: unknown): Promise<void>;
  /** Saves the sandbox's history in a file. False when the program keeps none. */
  saveCapsule(file: string): Promise<boolean>;
  /** What has happened, one line an event. */
  timeline(): Promise<string>;
  /** Calls `follow` with milliseconds since 1970 now, and before each step of the clock; without a function, this ends. */
  followClock(follow?: (moment: number) => void | Promise<void>): Promise<void>;
  /** Any control call of this sandbox: `control('GET', 'coverage')`. For GET, `body` is the query. */
  control(method: string, path: string, body?: any): Promise<any>;
  /** Takes it back to its start. Its webhooks go where they went. */
  reset(): Promise<void>;
  /** Deletes it, and ends the application that it serves. */
  delete(): Promise<void>;
}

export class Server {
  private constructor();
  /** Where it listens, such as http://127.0.0.1:43117. */
  readonly url: string;
  /** Makes a sandbox. */
  sandbox(options?: SandboxOptions): Promise<Sandbox>;
  /** A sandbox that exists already; by default the one named `default`. */
  find(name?: string): Promise<Sandbox>;
  /** Any control call of the server: `control('GET', 'health')`. */
  control(method: string, path: string, body?: unknown): Promise<any>;
  /** Ends a server that `startServer` has started. */
  stop(): Promise<void>;
}

/** The server has refused a call. */
export class PlaymoneyError extends Error {
  readonly status?: number;
  /** The kind of refusal, such as `sandbox_exists`; `unreachable` when the server is not there. */
  readonly code?: string;
  readonly problem: Partial<Problem>;
}

/** The application has not made the calls that were expected. The message has the nearest ones and the timeline. */
export class VerificationError extends Error {
  readonly nearest: Schemas['verify_requests.refusal']['nearest'];
  readonly problem: Schemas['verify_requests.refusal'];
  readonly timeline: string;
}

/** Starts a server on a free port. It ends with `stop`, and with this process. */
export function startServer(options?: ServerOptions): Promise<Server>;

/** A server that runs already. `ca` is the certificate of the authority of an https server, as PEM. */
export function connect(url: string, options?: { token?: string; ca?: string | Uint8Array }): Server;

/** What a clock's stream tells. */
export type ClockState = Schemas['stream_clock.answer'];

/** Drives fake timers in milliseconds: what a library has to do for `followClock`. */
export interface Timers {
  start(apis: string[], now: number): void;
  set(now: number): void;
  /** Lets this much time pass; timers that are due run. */
  tick(span: number): void | Promise<unknown>;
  stop(): void;
}

export interface FollowOptions {
  /** The server; by default PLAYMONEY_URL. */
  url?: string;
  /** The sandbox; by default PLAYMONEY_SANDBOX, or `default`. */
  sandbox?: string;
  /** The server's token; by default PLAYMONEY_ADMIN_TOKEN. */
  token?: string;
  /** The certificate of its authority, as PEM; by default the file PLAYMONEY_CA_FILE. */
  ca?: string | Uint8Array;
  /** What follows the clock: `['Date', 'setTimeout', 'setInterval']`; by default Date alone. */
  fake?: true | ('Date' | 'setTimeout' | 'setInterval' | 'setImmediate')[];
  /**
   * The library whose fake timers are driven: `mock` of node:test (the default), `@sinonjs/fake-timers`, Sinon, `vi` of Vitest, `jest`, or
   * functions of your own.
   */
  timers?: Timers | object;
}

/** The time of this process follows a sandbox's clock. */
export interface ClockFollower {
  /** Moves this process to the sandbox's time now; timers that are due have run then. Call it before a webhook is handled. */
  look(): Promise<void>;
  /** The same for Express and Connect: `app.use(clock.middleware)`. */
  middleware(request: unknown, response: unknown, next: (error?: unknown) => void): void;
  /** The time is the real one again. */
  stop(): Promise<void>;
}

/**
 * For an application in a process of its own: from now on, Date and timers follow the clock of a sandbox, as its stream tells it. Timers
 * that are due run at their own time.
 */
export function followClock(options?: FollowOptions): Promise<ClockFollower>;

/** The path of the program: PLAYMONEY_BIN, else that of this platform's package, else the first one on PATH. */
export function findProgram(): string;
