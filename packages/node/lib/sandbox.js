'use strict';
// One sandbox of a server: its own keys, its own clock, its own state.
const { mkdirSync, writeFileSync } = require('node:fs');
const { dirname } = require('node:path');

const { PlaymoneyError, query } = require('./control.js');
const { listen } = require('./host.js');
const { readEvents, render } = require('./timeline.js');
const { VerificationError } = require('./verification.js');
const { advance, advanceWith, parse } = require('./walk.js');

class Sandbox {
  #control;
  #made;
  #webhookUrl;
  #follow;
  #atEnd = [];

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

  get url() {
    return `${this.#control.url}/s/${this.name}`;
  }

  /** Addresses and keys as environment variables, such as QUOINE_BASE_URL. */
  get env() {
    return { ...this.#made.env };
  }

  /** The keys of the first account of each provider, by its slug. */
  get credentials() {
    return Object.fromEntries(Object.entries(this.#made.providers).map(([slug, it]) => [slug, { ...it.credentials }]));
  }

  /** What stands for the scheme and host of the provider. */
  baseUrl(provider) {
    const { providers } = this.#made;
    if (providers[provider]) return providers[provider].base_url;
    throw new TypeError(`No provider is named ${provider}. The providers are ${Object.keys(providers).join(', ')}.`);
  }

  /** Any control call of this sandbox: `control('GET', 'coverage')`. For GET, `body` is the query. */
  control(method, path, body) {
    const isRead = method === 'GET';
    return this.#control.ask(method, `${this.#path}${path}${isRead ? query(body) : ''}`, isRead ? undefined : body);
  }

  // The clock

  clock() {
    return this.control('GET', 'clock');
  }

  /** The simulated time. */
  async now() {
    return new Date(moment(await this.clock()));
  }

  /**
   * Lets simulated time pass: `'31m'`, a Date, or `{ until: 'idle' }`. It is done when everything that was due has happened,
   * webhooks and their retries included.
   */
  async advance(span) {
    const ask = (...call) => this.control(...call);
    const asked = parse(span);
    return this.#follow ? advanceWith(this.#follow, ask, asked) : advance(ask, asked);
  }

  /** Calls `follow` with milliseconds since 1970 now, and before each step of the clock; without a function, this ends. */
  async followClock(follow) {
    this.#follow = follow;
    if (follow) await follow(moment(await this.clock()));
  }

  // The outside world

  /** What a customer, a bank or a blockchain does: `act('quoine.pay', { invoice: 1 })`. */
  async act(action, details = {}) {
    const at = action.indexOf('.');
    if (at < 1) throw new TypeError(`act takes PROVIDER.ACTION, such as quoine.pay, and not ${action}.`);
    return this.control('POST', `act/${encodeURIComponent(action.slice(0, at))}/${encodeURIComponent(action.slice(at + 1))}`, details);
  }

  /** Adds a rule: what differs from the documentation, and when. `more` has its other members. */
  async rule(on, then, when, more) {
    const { name } = await this.control('POST', 'rules', { on, then, when, ...more });
    return { name, remove: () => this.control('DELETE', `rules/${encodeURIComponent(name)}`) };
  }

  /** Changes settings of a provider's account, by default the first, and answers with it; without settings it changes nothing. */
  async account(provider, settings, account) {
    const path = `accounts/${encodeURIComponent(provider)}/${encodeURIComponent(account ?? (await this.#firstAccount(provider)))}`;
    return settings === undefined ? this.control('GET', path) : this.control('PATCH', path, settings);
  }

  /** Replaces keys of an account: `rotate('quoine', { secret: '...' })`. */
  async rotate(provider, credentials, account) {
    const changed = await this.account(provider, { credentials }, account);
    await this.#look();
    return changed;
  }

  // Webhooks

  /** All accounts tell this address from now on; `{provider}` is replaced. */
  async webhooksTo(url) {
    for (const { provider, account } of (await this.control('GET', 'accounts')).accounts) {
      await this.account(provider, { webhook_url: url.replace('{provider}', provider) }, account);
    }
    this.#webhookUrl = url;
  }

  /** A receiver that is built into the sandbox. */
  inbox(name = 'webhooks') {
    const path = `inbox/${encodeURIComponent(name)}`;
    return {
      name,
      url: `${this.url}/__admin/${path}`,
      messages: async (filters) => (await this.control('GET', `${path}/messages`, filters)).messages,
      respond: (...answers) => this.control('PUT', `${path}/script`, { respond: answers }),
      clear: () => this.control('DELETE', `${path}/messages`),
    };
  }

  /** Serves an application at a free port, sends all webhooks to this path of it, and answers with its address. */
  async serve(app, webhooks = '/webhooks/{provider}') {
    const host = await listen();
    this.#atEnd.push(host.close);
    await host.serve(app);
    await this.webhooksTo(host.url + webhooks);
    return host.url;
  }

  // Looking and proving

  /** Webhooks with their attempts, oldest first. */
  async deliveries(filters) {
    return (await this.control('GET', 'deliveries', filters)).deliveries;
  }

  /** The calls that the application has made, oldest first. */
  async requests(filters) {
    return (await this.control('GET', 'requests', filters)).requests;
  }

  /** Where the application broke the documented contract. */
  async violations(filters) {
    return (await this.control('GET', 'violations', filters)).violations;
  }

  /** Fails unless the application has made the call as often as `count` says. Answers how many requests fit. */
  async verify(operation, { where, count = 1 } = {}) {
    return this.#prove(`${operation} was not called as expected`, 'requests/verify', { operation, where, count: bounds(count) });
  }

  /** Waits until the application has made the call. `timeout` is real time, in seconds or as `'5s'`. */
  async wait(operation, { where, count, timeout = 5 } = {}) {
    const body = { operation, where, count: bounds(count), timeout: span(timeout) };
    return this.#prove(`${operation} was waited for`, 'requests/wait', body);
  }

  /** The same for a webhook: `waitForWebhook({ provider: 'quoine', event: 'payment_expired', status: 'delivered' })`. */
  async waitForWebhook({ timeout = 5, count, ...criteria }) {
    const body = { ...criteria, count: bounds(count), timeout: span(timeout) };
    return this.#prove(`a webhook (${JSON.stringify(criteria)}) was waited for`, 'deliveries/wait', body);
  }

  /** What has happened, one line an event. */
  async timeline() {
    const lines = render(await readEvents(this.#control, this.#path));
    return `Timeline of the sandbox ${this.name}:\n${lines || '  nothing has happened'}`;
  }

  // Its life

  /** A copy of this instant, with all that is pending. Its webhooks go to its inbox `fork`, or to `webhookUrl`. */
  async fork(name, { webhookUrl, ttl } = {}) {
    const made = await this.control('POST', 'fork', { name, webhook_url: webhookUrl, ttl });
    return new Sandbox(this.#control, made, { webhookUrl });
  }

  /** The sandbox as one JSON document. */
  state() {
    return this.control('GET', 'state');
  }

  /** Replaces the state by such a document. */
  async restore(state) {
    await this.control('PUT', 'state', state);
    await this.#look();
  }

  /** Saves the sandbox's history in a file. False when the program keeps none. */
  async saveCapsule(file) {
    const { status, bytes } = await this.#control.send('GET', `${this.#path}capsule`);
    if (status === 404) return false;
    if (status !== 200) throw new PlaymoneyError(`The capsule of ${this.name} cannot be saved: ${bytes}`, { status });
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    return true;
  }

  /** Takes it back to its start. Its webhooks go where they went. */
  async reset() {
    await this.control('POST', 'reset', { webhook_url: this.#webhookUrl });
    await this.#look();
  }

  /** Deletes it, and ends the application that it serves. */
  async delete() {
    this.#follow = undefined;
    for (const it of this.#atEnd.splice(0)) await it();
    await this.#control.ask('DELETE', `sandboxes/${this.name}`);
  }

  get #path() {
    return `sandboxes/${this.name}/`;
  }

  async #firstAccount(provider) {
    this.baseUrl(provider);
    return (await this.control('GET', 'accounts')).accounts.find((it) => it.provider === provider)?.account ?? 'default';
  }

  /** Keys and time can be others now. */
  async #look() {
    this.#made = await this.#control.ask('GET', `sandboxes/${this.name}`);
    if (this.#follow) await this.followClock(this.#follow);
  }

  async #prove(what, path, body) {
    try {
      return (await this.control('POST', path, body)).matched;
    } catch (error) {
      if (error.problem?.verified !== false) throw error;
      throw new VerificationError(what, error.problem, await this.timeline());
    }
  }
}

/** Milliseconds since 1970, because a Date can be a fake one. */
function moment({ now }) {
  return Date.parse(now.replace(/(\.\d{3})\d+/, '$1'));
}

/** Seconds, or a duration as text. */
function span(timeout) {
  return typeof timeout === 'number' ? `${Math.round(timeout * 1000)}ms` : timeout;
}

/** A number, or `{ atLeast, atMost }`. */
function bounds(count) {
  if (count === null || typeof count !== 'object') return count;
  const { atLeast, atMost, ...rest } = count;
  return { at_least: atLeast, at_most: atMost, ...rest };
}

module.exports = { Sandbox };
