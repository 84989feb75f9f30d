// What every test with a browser has: one Chromium for a file, and for each test a context, a sandbox and a shop of its own. A test that
// fails leaves a picture of each open page.
import { mkdtempSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { open } from './chromium.js';
import { Server } from './server.js';
import { Shop } from './shop.js';

const PICTURES = new URL('../../target/browser/', import.meta.url).pathname;
/** Nothing that a test waits for takes this long on a machine that works. */
const WAIT_MAX_MS = Number(process.env.WAIT_MAX_MS ?? 30_000);
const TEST_MAX_MS = 180_000;
const LOOK_MS = 40;

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 390, height: 844 };

let browser;
let server;

before(async () => {
  [browser, server] = await Promise.all([open(), Server.start()]);
});

after(async () => {
  await Promise.all([browser?.close(), server?.stop()]);
});

/** A test. `body` gets its stage; `options` are those of its first context, as Playwright names them. */
export function scene(name, body, options = {}) {
  test(name, { timeout: TEST_MAX_MS }, async () => {
    const stage = new Stage(server);
    try {
      await stage.begin(options);
      await body(stage);
      stage.expectQuiet();
    } catch (why) {
      const pictures = await stage.photograph(name);
      const whole = new Error([why.stack, ...stage.heard, ...pictures].join('\n'));
      whole.stack = whole.message;
      throw whole;
    } finally {
      await stage.end();
    }
  });
}

class Stage {
  #contexts = [];
  #servers = [];
  #shops = [];
  #named = [];
  #ends = [];
  #folder;
  /** What the pages have said in the console, and what they wanted from other machines. */
  heard = [];

  constructor(own) {
    this.server = own;
  }

  async begin(options) {
    this.sandbox = await this.server.sandbox();
    this.shop = await this.newShop(this.sandbox);
    this.page = await this.newPage(options);
  }

  /** Two sandboxes of these names, which end with the test. */
  async pair(names = ['a', 'b']) {
    this.#named.push(...names);
    return Promise.all(names.map((name) => this.server.sandbox({ name })));
  }

  /** The path of a file of the test's own. */
  file(name) {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'playmoney-browser-'));
    return join(this.#folder, name);
  }

  /** Something to end with the test. */
  closes(work) {
    this.#ends.push(work);
  }

  async newShop(sandbox) {
    const shop = await Shop.open(sandbox);
    this.#shops.push(shop);
    return shop;
  }

  /** A server of the test's own, with these flags. */
  async newServer(...flags) {
    const own = await Server.start(...flags);
    this.#servers.push(own);
    return own;
  }

  /** A page in a context of its own: another visitor. */
  async newPage(options = {}) {
    const context = await browser.newContext({ viewport: WIDE, ...options });
    this.#contexts.push(context);
    context.setDefaultTimeout(WAIT_MAX_MS);
    await context.route(isElsewhere, (route) => {
      this.heard.push(`wanted ${route.request().url()}`);
      return route.abort();
    });
    context.on('weberror', (it) => this.heard.push(`error ${it.error()}`));
    context.on('console', (it) => isComplaint(it) && this.heard.push(`${it.type()} ${it.text()} ${it.location().url}`));
    return context.newPage();
  }

  /** No page has complained, and none has wanted anything from elsewhere. */
  expectQuiet() {
    if (this.heard.length > 0) throw new Error('the pages are not quiet');
  }

  /** Pictures of all open pages; returns where they lie. */
  async photograph(name) {
    await mkdir(PICTURES, { recursive: true });
    const pages = this.#contexts.flatMap((it) => it.pages()).filter((it) => it.url() !== 'about:blank');
    return Promise.all(pages.map((page, index) => picture(page, `${slug(name)}${index === 0 ? '' : `-${index + 1}`}`)));
  }

  async end() {
    const own = [...this.#contexts, ...this.#shops].map((it) => it.close());
    await Promise.allSettled([...own, ...this.#servers.map((it) => it.stop()), ...this.#ends.map((it) => it())]);
    if (this.#folder) await rm(this.#folder, { recursive: true });
    for (const name of this.#named) await this.server.ask('DELETE', `/__admin/sandboxes/${name}`);
  }
}

async function picture(page, name) {
  const path = join(PICTURES, `${name}.png`);
  const why = await page.screenshot({ path, timeout: 10_000 }).then(() => null, (it) => it);
  const { host, pathname } = new URL(page.url());
  return `${host}${pathname}: ${why === null ? path : why.message}`;
}

function slug(name) {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

function isElsewhere(url) {
  return ['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol) && url.hostname !== '127.0.0.1';
}

/** A refusal is said in the console too, whether or not the page expects it. */
function isComplaint(message) {
  return ['error', 'warning'].includes(message.type()) && !/the server responded with a status of 4\d\d/.test(message.text());
}

/** Waits until what `look` gives is as `expected` says: a text, a pattern or a function. Returns it. */
export async function until(look, expected = Boolean, what = 'value') {
  const started = performance.now();
  for (;;) {
    const seen = await look();
    if (isAs(seen, expected)) return seen;
    if (performance.now() - started > WAIT_MAX_MS) throw new Error(`the ${what} should be ${expected}, and is ${JSON.stringify(seen)}`);
    await sleep(LOOK_MS);
  }
}

function isAs(seen, expected) {
  if (typeof expected === 'function') return expected(seen);
  if (expected instanceof RegExp) return expected.test(seen);
  return seen === expected;
}

/** The text of the element with that test id; null when the page does not have it. */
export async function text(page, id) {
  const all = await page.getByTestId(id).allInnerTexts().catch(() => []);
  return all.length === 0 ? null : all.join('\n').trim();
}

/** Waits until the element with that test id shows that text. */
export function shows(page, id, expected) {
  return until(async () => (await text(page, id)) ?? '', expected, id);
}

/** Waits until the page has gone to an address that begins with that. */
export function goes(page, address) {
  return until(() => page.url(), (it) => it.startsWith(address), `address that begins with ${address}`);
}

export { sleep };
