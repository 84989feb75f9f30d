import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import fastify from 'fastify';

import { startServer } from '../index.mjs';
import harness from '../lib/harness.js';

let server;
before(async () => {
  server = await startServer({ clock: 'real' });
  process.env.PLAYMONEY_URL = server.url;
});
after(() => server.stop());

function run(options, body = () => {}) {
  return harness.run({ title: 'a test', file: 'a.js', options }, body);
}

/** The sandboxes that tests have left. */
async function left() {
  return (await server.control('GET', 'sandboxes')).sandboxes.map((it) => it.name).filter((it) => it !== 'default');
}

async function answer(request, response) {
  for await (const _ of request);
  response.writeHead(200).end(`${request.method} ${request.url}`);
}

const APPS = {
  'a function': () => answer,
  'a server of node:http': () => createServer(answer),
  'an object with such a server': () => ({ server: createServer(answer) }),
  'an application that has to become ready': () => {
    const app = fastify();
    app.all('/*', (request) => `${request.method} ${request.url}`);
    return app;
  },
};

for (const [what, app] of Object.entries(APPS)) {
  test(`the application is ${what}`, async () => {
    let seen;
    await run({ app: async () => app() }, async ({ playmoney, url }) => {
      seen = url;
      assert.equal(await (await fetch(`${url}/a?b=1`)).text(), 'GET /a?b=1');
      const { webhook_url: target } = await playmoney.account('quoine');
      assert.equal(target, `${url}/webhooks/quoine`);
    });
    await assert.rejects(fetch(seen));
    assert.deepEqual(await left(), []);
  });
}

test('the application gets the environment of its sandbox', async () => {
  let given;
  await run({ app: (env, more) => ((given = { env, ...more }), answer) }, ({ playmoney }) => assert.equal(given.playmoney, playmoney));
  assert.match(given.env.QUOINE_BASE_URL, /\/s\/a-test-[0-9a-f]{8}\/quoine$/);
  assert.equal(given.env.PATH, process.env.PATH);
});

test('webhooks go to the path that is named, to another address, or to an inbox', async () => {
  const target = async ({ playmoney }) => (await playmoney.account('quoine')).webhook_url;
  const check = (options, expected) => run(options, async (given) => assert.match(await target(given), expected));
  await check({ app: () => answer, webhooks: '/hooks/{provider}?a=1' }, /^http:\/\/127\.0\.0\.1:\d+\/hooks\/quoine\?a=1$/);
  await check({ webhookUrl: 'http://127.0.0.1:1/{provider}' }, /^http:\/\/127\.0\.0\.1:1\/quoine$/);
  await check({}, /^http:\/\/webhooks\.inbox\.playmoney\.test\/$/);
});

test('two tests of one name at once have two sandboxes', async () => {
  const names = [];
  const body = ({ playmoney }) => names.push(playmoney.name);
  await run({}, async (given) => {
    body(given);
    await run({}, body);
  });
  assert.equal(names[1], `${names[0]}-2`);
  assert.deepEqual(await left(), []);
});

test('a sandbox begins as the options say', async () => {
  const now = async (options) => {
    let said;
    await run(options, async ({ playmoney }) => (said = await playmoney.clock()));
    return [said.mode, said.now];
  };
  assert.deepEqual(await now({}), ['frozen', '2026-01-01T00:00:00Z']);
  assert.deepEqual(await now({ now: new Date('2030-01-01T00:00:00Z') }), ['frozen', '2030-01-01T00:00:00Z']);
  const scenario = 'version: 1\nname: late\nclock: { mode: frozen, now: 2031-01-01T00:00:00Z }\n';
  assert.deepEqual(await now({ scenario }), ['frozen', '2031-01-01T00:00:00Z']);
});

test('what is wrong is said, and nothing is left', async () => {
  assert.throws(() => harness.check({ fakeTimer: true }), /No option is named fakeTimer\. The options are app, fakeTimers, /);
  await assert.rejects(run({ app: () => ({}) }), /`app` has to return a function of \(request, response\), a server/);
  await assert.rejects(run({ app: () => Promise.reject(new Error('no database')) }), /no database/);
  await assert.rejects(run({ scenario: 'version: 9' }), /version/);
  assert.deepEqual(await left(), []);
});

test('the error of a test is not hidden by what fails behind it', async () => {
  const app = () => ({ server: createServer(answer), close: () => Promise.reject(new Error('it does not close')) });
  const error = console.error;
  console.error = () => {};
  try {
    await assert.rejects(run({ app }, () => Promise.reject(new Error('the first'))), /the first/);
    await assert.rejects(run({ app }), /it does not close/);
  } finally {
    console.error = error;
  }
  assert.deepEqual(await left(), []);
});

test('a test may delete its sandbox', () => run({}, ({ playmoney }) => playmoney.delete()));
