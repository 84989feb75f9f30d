'use strict';
// Starts the program, and ends it with this process, however this process ends.
const { spawn } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const { Control } = require('./control.js');
const { findProgram } = require('./platform.js');
const { Sandbox } = require('./sandbox.js');

const POLL_MS = 10;
const START_MS_MAX = 30_000;
const STOP_MS_MAX = 12_000;
const COMPLAINT_BYTES_MAX = 16 * 1024;

/** What has to be done for each running server when this process ends. */
const atExit = new Set();
const leaveAll = () => atExit.forEach((it) => it());

class Server {
  #control;
  #end;

  constructor(control, end = async () => {}) {
    this.#control = control;
    this.#end = end;
  }

  /** Where it listens, such as http://127.0.0.1:43117. */
  get url() {
    return this.#control.url;
  }

  /** Makes a sandbox. A sandbox with `now` begins at that moment, and its clock stands until a test moves it. */
  async sandbox({ name, seed, now, scenario, webhookUrl, ttl } = {}) {
    const first = now instanceof Date ? now.toISOString() : now;
    const clock = first === undefined ? undefined : { mode: 'frozen', now: first };
    const made = await this.#control.ask('POST', 'sandboxes', { name, seed, clock, scenario, webhook_url: webhookUrl, ttl });
    return new Sandbox(this.#control, made, { webhookUrl });
  }

  /** A sandbox that exists already. */
  async find(name = 'default') {
    return new Sandbox(this.#control, await this.#control.ask('GET', `sandboxes/${name}`));
  }

  /** Any control call of the server: `control('GET', 'health')`. */
  control(method, path, body) {
    return this.#control.ask(method, path, body);
  }

  /** Ends a server that `startServer` has started; of another one, it closes the connections only. */
  async stop() {
    this.#control.close();
    await this.#end();
  }
}

/** Starts a server. Each option is a flag of `playmoney serve`, in camelCase: `{ clock: 'frozen', webhookUrl: '...' }`. */
async function startServer({ scenario, program, ...flags } = {}) {
  const path = program ?? findProgram();
  const folder = mkdtempSync(join(tmpdir(), 'playmoney-'));
  const file = join(folder, 'ready.json');
  // Both, because a variable such as PLAYMONEY_PORT chooses what no flag does.
  const place = flags.port === undefined && flags.listen === undefined ? { listen: '127.0.0.1:0', port: 0 } : {};
  const given = { log: 'none', ...place, ...flags };
  const child = spawn(path, ['serve', ...(scenario ? [scenario] : []), ...words(given), '--ready-file', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  const started = watch(child, path, folder);
  const ready = await started.ready(file);
  const ca = ready.ca_file === undefined ? undefined : readFileSync(ready.ca_file);
  return new Server(new Control(ready.base_url, { token: ready.admin_token, ca }), started.end);
}

/** A server that runs already. `ca` is the certificate of the authority of an https server, as PEM. */
function connect(url, { token, ca } = {}) {
  return new Server(new Control(url, { token, ca }));
}

/** `{ webhookUrl: 'x', watch: true }` as `--webhook-url x --watch`. */
function words(flags) {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (it) => `-${it.toLowerCase()}`)}`;
    if (value === undefined || value === null || value === false) return [];
    if (value === true) return [flag];
    return [value].flat().flatMap((it) => [flag, it instanceof Date ? it.toISOString() : String(it)]);
  });
}

/** Looks after a child: keeps what it says, ends it with this process, and removes its folder. */
function watch(child, path, folder) {
  let complaint = '';
  let failure;
  child.stderr.setEncoding('utf8').on('data', (it) => (complaint = (complaint + it).slice(-COMPLAINT_BYTES_MAX)));
  child.stderr.unref();
  child.unref();
  const guard = guardOf(child, folder);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const leave = () => {
    child.kill();
    remove();
  };
  if (atExit.size === 0) process.once('exit', leaveAll);
  atExit.add(leave);
  const gone = new Promise((resolve) => {
    child.once('error', (error) => {
      failure = `${path} cannot be run: ${error.message}`;
      resolve();
    });
    // Behind `exit`, what it said arrives; so its end is that of its output.
    child.once('close', (code, signal) => {
      failure ??= `${path} has ended (${signal ?? `exit code ${code}`}) before it was ready:\n${complaint.trim()}`;
      resolve();
    });
  }).then(() => {
    guard.release();
    atExit.delete(leave);
    if (atExit.size === 0) process.off('exit', leaveAll);
    remove();
  });
  const end = async () => {
    child.ref();
    child.kill();
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
    await gone;
    clearTimeout(limit);
  };
  const ready = async (file) => {
    for (const begun = process.hrtime.bigint(); failure === undefined; await Promise.race([gone, pause(POLL_MS)])) {
      const told = read(file);
      if (told) return told;
      if (process.hrtime.bigint() - begun > BigInt(START_MS_MAX) * 1_000_000n) {
        await end();
        throw new Error(`${path} was not ready within ${START_MS_MAX / 1000} seconds:\n${complaint.trim()}`);
      }
    }
    throw new Error(failure);
  };
  return { ready, end };
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * A process that ends the child when this process was killed: its standard input is then closed. A process that is killed cannot
 * clean up by itself.
 */
function guardOf(child, folder) {
  if (child.pid === undefined) return { release: () => {} };
  const guard = spawn(process.execPath, [join(__dirname, 'guard.js'), String(child.pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: { SystemRoot: process.env.SystemRoot },
    windowsHide: true,
  });
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.stdin.unref?.();
  guard.unref();
  return { release: () => guard.stdin.end('released\n') };
}

module.exports = { Server, connect, startServer };
