// Gives each test file a sandbox of its own, which is named after the file. The first request that names it makes it.
import { basename } from 'node:path';

export class Sandbox {
  #url = process.env.PLAYMONEY_URL;

  /** For the test file at that URL. */
  constructor(file) {
    // A name has the letters a-z, digits and hyphens.
    this.name = basename(new URL(file).pathname, '.test.js').toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  }

  /** What the application finds in its environment. A key says whose it is, so the addresses are those of the server. */
  async env() {
    const own = await this.#ask('GET', 'env');
    return { ...process.env, ...own, CRYPTOPAY_BASE_URL: `${this.#url}/cryptopay` };
  }

  act(action, details) {
    return this.#ask('POST', `act/${action.replace('.', '/')}`, details);
  }

  /** Lets time pass. All webhooks that are due in that time have arrived when this is answered. */
  advance(by) {
    return this.#ask('POST', 'clock/advance', { by });
  }

  add(rule) {
    return this.#ask('POST', 'rules', rule);
  }

  async deliveries() {
    return (await this.#ask('GET', 'deliveries')).deliveries;
  }

  async verify(operation, where, count = 1) {
    const { verified, nearest } = await this.#ask('POST', 'requests/verify', { operation, where, count });
    if (!verified) throw new Error(`${operation}: ${JSON.stringify(nearest)}`);
  }

  reset() {
    return this.#ask('POST', 'reset', {});
  }

  async #ask(method, path, body) {
    const headers = { 'playmoney-sandbox': this.name, 'content-type': 'application/json' };
    const answer = await fetch(`${this.#url}/__admin/${path}`, { method, headers, body: body && JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok && !('verified' in told)) throw new Error(told.detail);
    return told;
  }
}
