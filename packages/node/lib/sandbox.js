'use strict';
// One sandbox of a server: its own keys, its own clock, its own state.
const { query } = require('./control.js');
const { readEvents, render } = require('./timeline.js');
const { VerificationError } = require('./verification.js');
const { advance, advanceWith, parse } = require('./walk.js');

class Sandbox {
  #control;
  #made;
  #webhookUrl;
  #follow;

  /** `made` is the server's answer to the call that made it. */
  constructor(control, made, { webhookUrl } = {}) {
    this.#control = control;
    this.#made = made;
    this.#webhookUrl = webhookUrl;
  }

  get name() {
    return this.#made.name;
  }

  get seed() {
    return this.#made.seed;
  }

  /** Addresses and keys as environment variables, such as QUOINE_BASE_URL. */
  get env() {
    return { ...this.#made.env };
  }

  /** The keys of each provider, by its slug. */
  get credentials() {
    return Object.fromEntries(Object.entries(this.#made.providers).map(([slug, it]) => [slug, { ...it.credentials }]));
  }

  /** What stands for the scheme and host of the provider. */
  baseUrl(provider) {
    return this.#provider(provider).base_url;
  }

  /** Any call of the control API to this sandbox, such as `call('GET', 'coverage')`. */
  call(method, path, body) {
    return this.#control.ask(method, `${this.#path}${path}`, body);
  }

  /**
   * Lets simulated time pass: `'31m'`, a Date, or `{ until: 'idle' }`. It is done when everything that was due has happened,
   * webhooks and their retries included.
   */
  async advance(span) {
    const ask = (...call) => this.call(...call);
    const asked = parse(span);
    return this.#follow ? advanceWith(this.#follow, ask, asked) : advance(ask, asked);
  }

  clock() {
    return this.call('GET', 'clock');
  }

  /** Calls `follow` with milliseconds since 1970 now, and before each step of the clock; without a function, this ends. */
  async followClock(follow) {
    this.#follow = follow;
    if (follow) await follow(Date.parse((await this.clock()).now.replace(/(\.\d{3})\d+/, '$1')));
  }

  /** What a customer, a bank or a blockchain does: `act('quoine.pay', { invoice: 1 })`. */
  async act(action, details = {}) {
    const at = action.indexOf('.');
    if (at < 1) throw new TypeError(`act takes PROVIDER.ACTION, such as quoine.pay, and not ${action}.`);
    return this.call('POST', `act/${encodeURIComponent(action.slice(0, at))}/${encodeURIComponent(action.slice(at + 1))}`, details);
  }

  /** Webhooks with their attempts, oldest first. */
  async deliveries(filters) {
    return (await this.call('GET', `deliveries${query(filters)}`)).deliveries;
  }

  /** The calls that the application has made, oldest first. */
  async requests(filters) {
    return (await this.call('GET', `requests${query(filters)}`)).requests;
  }

  /** Fails unless the application has made the call as often as `count` says. */
  async verify(operation, { where, count = 1 } = {}) {
    const body = { operation, where, count: bounds(count) };
    return this.#prove(`${operation} was not called as expected`, 'requests/verify', body);
  }

  /** Waits until the application has made the call. `timeout` is real time, in seconds or as `'5s'`. */
  async wait(operation, { where, count, timeout = 5 } = {}) {
    const limit = typeof timeout === 'number' ? `${Math.round(timeout * 1000)}ms` : timeout;
    const body = { operation, where, count: bounds(count), timeout: limit };
    return this.#prove(`${operation} was waited for`, 'requests/wait', body);
  }

  /** A copy of this instant, with all that is pending. Its webhooks go to its inbox `fork`, or to `webhookUrl`. */
  async fork(name, { webhookUrl, ttl } = {}) {
    const made = await this.call('POST', 'fork', { name, webhook_url: webhookUrl, ttl });
    return new Sandbox(this.#control, made, { webhookUrl });
  }

  /** Adds a rule, which says what differs from the documentation. */
  addRule(rule) {
    return this.call('POST', 'rules', rule);
  }

  clearRules() {
    return this.call('DELETE', 'rules');
  }

  /** Changes the settings of a merchant, or its keys under `credentials`; by default the first merchant of the provider. */
  async changeAccount(provider, settings, account) {
    const { accounts } = account === undefined ? await this.call('GET', 'accounts') : {};
    const id = account ?? accounts.find((it) => it.provider === provider)?.account ?? 'default';
    const changed = await this.call('PATCH', `accounts/${encodeURIComponent(provider)}/${encodeURIComponent(id)}`, settings);
    this.#made = await this.#control.ask('GET', `sandboxes/${this.name}`);
    return changed;
  }

  /** The address of a receiver that is built into the server. `messages` has what arrived there. */
  inboxUrl(inbox = 'webhooks') {
    return `http://${inbox}.inbox.playmoney.test/`;
  }

  async messages(inbox = 'webhooks', filters = {}) {
    return (await this.call('GET', `inbox/${inbox}/messages${query(filters)}`)).messages;
  }

  /** What has happened, one line an event. */
  async timeline() {
    const lines = render(await readEvents(this.#control, this.#path));
    return `Timeline of the sandbox ${this.name}:\n${lines || '  nothing has happened'}`;
  }

  /** Takes it back to its start. Its webhooks go where they went, or to `webhookUrl`. */
  async reset({ webhookUrl = this.#webhookUrl } = {}) {
    await this.call('POST', 'reset', { webhook_url: webhookUrl });
    this.#webhookUrl = webhookUrl;
    this.#made = await this.#control.ask('GET', `sandboxes/${this.name}`);
    if (this.#follow) await this.followClock(this.#follow);
  }

  async delete() {
    await this.#control.ask('DELETE', `sandboxes/${this.name}`);
  }

  get #path() {
    return `sandboxes/${this.name}/`;
  }

  #provider(slug) {
    const { providers } = this.#made;
    if (providers[slug]) return providers[slug];
    throw new TypeError(`No provider is named ${slug}. The providers are ${Object.keys(providers).join(', ')}.`);
  }

  async #prove(what, path, body) {
    try {
      return await this.call('POST', path, body);
    } catch (error) {
      if (error.problem?.verified !== false) throw error;
      throw new VerificationError(what, error.problem, await this.timeline());
    }
  }
}

/** A number, or `{ atLeast, atMost }`. */
function bounds(count) {
  if (count === null || typeof count !== 'object') return count;
  const { atLeast, atMost, ...rest } = count;
  return { at_least: atLeast, at_most: atMost, ...rest };
}

module.exports = { Sandbox };
