'use strict';
// What each test gets, whatever its runner is: a sandbox of its own, and the application that uses it.
const { join } = require('node:path');

const { listen } = require('./host.js');
const { sandboxName } = require('./names.js');
const { nextServer, sharedServer } = require('./shared.js');
const { mover } = require('./timers.js');

/** Of a sandbox whose test was killed; the server may be one that outlives the run. */
const TTL = '1h';
/** The address of the inbox `webhooks`. */
const INBOX = 'http://webhooks.inbox.playmoney.test/';
const OPTIONS = ['app', 'fakeTimers', 'now', 'processEnv', 'scenario', 'seed', 'webhooks', 'webhookUrl'];

function check(options) {
  const wrong = Object.keys(options).find((it) => !OPTIONS.includes(it));
  if (wrong) throw new TypeError(`No option is named ${wrong}. The options are ${OPTIONS.join(', ')}.`);
  return options;
}

/**
 * Begins a test. `timers` drives the fake timers of the runner. The answer has what the test is given, and `close`, which takes the
 * error of a failed test. There is none if the test `isOver` before it has begun: then nothing of the process was changed for it.
 */
async function begin({ title, file, options, timers, isOver = () => false }) {
  const undo = [];
  const close = async () => {
    const failures = [];
    for (const it of undo.splice(0).reverse()) await Promise.resolve().then(it).catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    const host = options.app && (await listen());
    if (host) undo.push(host.close);
    const playmoney = await create(sandboxName(title, file), options, host);
    undo.push(() => remove(playmoney));
    if (isOver()) {
      await close();
      return undefined;
    }
    if (options.processEnv) undo.push(putEnv(playmoney.env));
    // The timers that the application starts when it is made are driven too.
    if (options.fakeTimers) undo.push(await follow(playmoney, timers, options.fakeTimers));
    const app = host && (await serve(host, options, playmoney, undo));
    return { test: { playmoney, app, url: host?.url }, close: (error) => tell(playmoney, error).finally(close) };
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}

async function create(name, options, host) {
  let server = await sharedServer();
  const { now, scenario, webhooks = '/webhooks/{provider}' } = options;
  // A seed makes the clock stand at the same moment everywhere, whatever the flags of the server are.
  const seed = options.seed ?? (scenario === undefined && now === undefined ? 1 : undefined);
  const own = host && `${host.url}/${webhooks.replace(/^\//, '')}`;
  const webhookUrl = options.webhookUrl ?? own ?? INBOX;
  let isRenewed = false;
  for (let number = 1; ; ) {
    const free = number === 1 ? name : `${name.slice(0, 63 - String(number).length - 1)}-${number}`;
    try {
      return await server.sandbox({ name: free, seed, now, scenario, webhookUrl, ttl: TTL });
    } catch (error) {
      if (error.code === 'sandbox_exists') {
        number += 1;
      } else if (error.code === 'unreachable' && !isRenewed) {
        // A test that ends the server must not end all tests behind it.
        server = await nextServer();
        isRenewed = true;
      } else {
        throw error;
      }
    }
  }
}

async function serve(host, options, playmoney, undo) {
  const app = await options.app({ ...process.env, ...playmoney.env }, { playmoney, url: host.url });
  if (typeof app?.close === 'function') undo.push(() => app.close());
  await host.serve(app);
  return app;
}

async function remove(playmoney) {
  try {
    await playmoney.delete();
  } catch (error) {
    if (error.status !== 404) throw error;
  }
}

function putEnv(env) {
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  Object.assign(process.env, env);
  return () => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

async function follow(playmoney, timers, wanted) {
  await playmoney.followClock(mover(timers, wanted));
  return () => timers.stop();
}

/** Prints the timeline of a failed test, unless its error has it, and names its capsule. */
async function tell(playmoney, error) {
  if (error === undefined) return;
  const isTold = error?.timeline !== undefined || /Timeline of the sandbox/.test(error?.message);
  try {
    if (!isTold) console.error(await playmoney.timeline());
    await keep(playmoney);
  } catch (cause) {
    console.error(`The timeline of the sandbox ${playmoney.name} cannot be read: ${cause.message}`);
  }
}

/** Saves the history of a failed test, if the program keeps one. */
async function keep(playmoney) {
  const folder = process.env.PLAYMONEY_CAPSULES ?? join('node_modules', '.cache', 'playmoney');
  const file = join(folder, `${playmoney.name}.capsule`);
  if (await playmoney.saveCapsule(file)) console.error(`Its capsule: playmoney capsule replay ${file}`);
}

/**
 * Runs a test with what it is given, for runners whose tests are functions. `atEnd` takes what the runner calls behind the test: it
 * gives up a test whose time is over, and does not wait for it.
 */
async function run({ atEnd = () => {}, ...begun }, body) {
  let given;
  let closing;
  let isGivenUp = false;
  const close = (error) => (closing ??= given.close(error));
  atEnd(async () => {
    isGivenUp = closing === undefined;
    if (isGivenUp && given) await close(new Error('the test has not ended in time'));
  });
  given = await begin({ ...begun, isOver: () => isGivenUp });
  if (given === undefined) return;
  if (isGivenUp) return close();
  try {
    await body(given.test);
  } catch (error) {
    // What fails behind it is of less interest.
    await close(error ?? new Error('the test has failed')).catch(() => {});
    throw error;
  }
  return close();
}

module.exports = { begin, check, run };
