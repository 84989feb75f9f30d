// The built program on a free port of this machine, with a frozen clock; and its sandboxes.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const PROGRAM = resolve(process.env.PLAYMONEY_PROGRAM ?? new URL('../../target/debug/playmoney', import.meta.url).pathname);
const CLOCK = ['--clock', 'frozen', '--now', '2026-01-01T00:00:00Z'];
/** Attempts to read the ready file, one each 20 ms. */
const LOOKS_MAX = 3_000;

export class Server {
  #child;
  #folder;
  #token;
  #made = 0;
  url;

  /** Starts one with these arguments behind those of every test. */
  static async start(...flags) {
    const server = new Server();
    server.#folder = await mkdtemp(join(tmpdir(), 'playmoney-browser-'));
    const file = join(server.#folder, 'ready.json');
    const own = ['serve', '--listen', '127.0.0.1:0', '--log', 'none', '--ready-file', file, '--webhook-allow', '127.0.0.0/8'];
    server.#child = spawn(PROGRAM, [...own, ...CLOCK, ...flags], { stdio: ['ignore', 'ignore', 'inherit'], cwd: server.#folder });
    const ready = await readyFile(file, server.#child);
    server.url = ready.base_url;
    server.#token = ready.admin_token;
    return server;
  }

  get pid() {
    return this.#child.pid;
  }

  get token() {
    return this.#token;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A new sandbox, with these members in the call that makes it. */
  async sandbox(more = {}) {
    this.#made += 1;
    const name = more.name ?? `test-${this.#made}`;
    const made = await this.ask('POST', '/__admin/sandboxes', { name, ...more });
    return new Sandbox(this, name, made.providers);
  }

  /** A sandbox that is there already. */
  async known(name) {
    const { providers } = await this.ask('GET', `/__admin/sandboxes/${name}`);
    return new Sandbox(this, name, providers);
  }

  /** A control call; its answer has to be good. */
  async ask(method, path, body) {
    const headers = { 'content-type': typeof body === 'string' ? 'application/yaml' : 'application/json' };
    if (this.#token) headers.authorization = `Bearer ${this.#token}`;
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(this.url + path, { method, headers, body: text });
    const told = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${told}`);
    return told && JSON.parse(told);
  }
}

async function readyFile(file, child) {
  for (let looks = 0; looks < LOOKS_MAX && child.exitCode === null; looks += 1) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) return JSON.parse(text);
    await sleep(20);
  }
  throw new Error(`${PROGRAM} did not become ready`);
}

export class Sandbox {
  #server;

  constructor(server, name, providers) {
    this.#server = server;
    this.name = name;
    this.providers = providers;
  }

  /** The address below which its pages stand. */
  get url() {
    return `${this.#server.url}/s/${this.name}`;
  }

  ask(method, path, body) {
    return this.#server.ask(method, `/__admin/sandboxes/${this.name}/${path}`, body);
  }

  act(provider, action, body) {
    return this.ask('POST', `act/${provider}/${action}`, body);
  }

  advance(by) {
    return this.ask('POST', 'clock/advance', { by });
  }

  set(provider, settings, account = provider === 'quoine' ? '2' : 'default') {
    return this.ask('PATCH', `accounts/${provider}/${account}`, settings);
  }

  credentials(provider) {
    return this.providers[provider].credentials;
  }

  baseUrl(provider) {
    return this.providers[provider].base_url;
  }
}
