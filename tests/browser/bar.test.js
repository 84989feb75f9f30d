// The sandbox's bar beneath the pages: each button does what the call and the step beside it say.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { scene, shows, until } from './harness.js';
import { PROGRAM } from './server.js';
import { STATES } from './states.js';

const run = promisify(execFile);

/** Pages that are alive: their buttons change something. */
const PAGES = [
  'quantapay choose', 'quantapay pending', 'quantapay seen', 'quantapay done', 'quantapay underpaid', 'cryptopay waiting', 'cryptopay seen',
  'quantum-payouts card', 'quantum-payouts sbp', 'quantum-payouts received', 'qbitpay pending', 'qbitpay buyer paid', 'qbitpay disputed',
  'quoine waiting', 'quoine part paid', 'quoine unconfirmed', 'quoine expired',
];

/** The buttons of the clock are the same on all pages, so one page is enough for them. */
const OF_CLOCK = ['next', '1m', '1h'];
const WITH_CLOCK = 'quoine waiting';

/** The ids of the buttons that a page has. */
async function buttons(page) {
  const all = page.getByTestId('bar').locator('button[data-calls]');
  return all.evaluateAll((them) => them.map((it) => it.dataset.testid.replace('bar-', '')));
}

/** A sandbox in which the page of that name stands, like any other of that seed. */
async function twin(stage, name, page) {
  const sandbox = await stage.server.sandbox({ seed: 7 });
  const shop = await stage.newShop(sandbox);
  let address;
  const goto = (it) => {
    address = it;
    return page?.goto(it);
  };
  await STATES[name]({ sandbox, shop, page: { goto, reload: () => page?.reload() } });
  return { sandbox, address };
}

/** What has become of the world: the time, the objects, and what the page shows. */
async function world({ sandbox, address }) {
  const [{ now }, { objects }] = [await sandbox.ask('GET', 'clock'), await sandbox.ask('GET', 'objects')];
  const answer = await fetch(address, { redirect: 'manual' });
  const shown = `${answer.headers.get('location')} ${(await answer.text()).split('<main>').at(-1).split('</main>')[0]}`;
  const nameless = shown.replaceAll(sandbox.name, 'NAME').replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');
  return [now, ...objects.map((it) => `${it.id} ${it.status}`), nameless].join('\n');
}

/** Presses a button, and waits until each of its calls was answered, and none refused. */
async function presses(page, id) {
  const button = page.getByTestId(`bar-${id}`);
  const calls = JSON.parse(await button.getAttribute('data-calls')).length;
  const statuses = [];
  page.on('response', (it) => it.request().method() === 'POST' && statuses.push(it.status()));
  await button.click();
  await until(() => statuses, (all) => all.length === calls || all.some((it) => it !== 200), `answers to ${id}`);
  assert.ok(statuses.every((it) => it === 200), `${id}: ${statuses}`);
}

for (const name of PAGES) {
  scene(`bar: buttons and calls do the same: ${name}`, async (stage) => {
    const { page } = stage;
    await twin(stage, name, page);
    const ids = await buttons(page);
    for (const it of OF_CLOCK) assert.ok(ids.includes(it), `${name} has ${ids}`);
    await checkSteps(stage, page, ids);
    for (const id of ids.filter((it) => name === WITH_CLOCK || !OF_CLOCK.includes(it))) {
      const [a, b] = [await twin(stage, name, page), await twin(stage, name)];
      const before = await world(a);
      const shell = await page.getByTestId(`bar-shell-${id}`).textContent();
      await presses(page, id);
      await run('bash', ['-c', shell.replaceAll(`/s/${a.sandbox.name}/`, `/s/${b.sandbox.name}/`)]);
      const [after, called] = [await world(a), await world(b)];
      assert.equal(after, called, `${id} and its call`);
      // Nothing may be left to come.
      if (id !== 'next') assert.notEqual(after, before, `${id} has changed nothing`);
    }
  });
}

/** The steps of all buttons are a scenario that the checker accepts. */
async function checkSteps(stage, page, ids) {
  const steps = await Promise.all(ids.map((id) => page.getByTestId(`bar-step-${id}`).textContent()));
  const path = stage.file('steps.yaml');
  await writeFile(path, `version: 1\nsteps:\n${steps.join('\n').replace(/^/gm, '  ')}\n`);
  await run(PROGRAM, ['check', path]);
}

scene('bar: `?bar=off` hides it, also behind the forms of the page', async ({ page, shop }) => {
  const { page: address } = await shop.quantapay();
  await page.goto(address);
  await page.getByTestId('bar').waitFor();
  await page.goto(`${address}&bar=off`);
  await page.getByTestId('choose-coin').waitFor();
  assert.equal(await page.getByTestId('bar').count(), 0);
  await page.getByTestId('choose-coin').click();
  await shows(page, 'address', /./);
  assert.equal(await page.getByTestId('bar').count(), 0);
  await page.getByTestId('cancel').click();
  await shows(page, 'choose-coin', /./);
  assert.equal(await page.getByTestId('bar').count(), 0);
});

scene('bar: a setting of the account hides it on all of its pages', async ({ page, shop, sandbox }) => {
  const makes = { quantapay: 'quantapay', cryptopay: 'cryptopay', 'quantum-payouts': 'payout', qbitpay: 'charge', quoine: 'invoice' };
  for (const [provider, make] of Object.entries(makes)) {
    const { page: address } = await shop[make]();
    await page.goto(address);
    await page.getByTestId('bar').waitFor();
    await sandbox.set(provider, { page_bar: false });
    await page.goto(address);
    await page.locator('main').waitFor();
    assert.equal(await page.getByTestId('bar').count(), 0, provider);
  }
});

scene('bar: it asks for the token once, and keeps it', async (stage) => {
  const { page } = stage;
  const server = await stage.newServer('--admin-token', 'a-token-of-the-test');
  const sandbox = await server.sandbox();
  const { page: address } = await (await stage.newShop(sandbox)).invoice();
  await page.goto(address);
  await page.getByTestId('bar-pay-exact').click();
  await page.getByTestId('bar-token').fill('wrong');
  await page.getByTestId('bar-token-send').click();
  await until(() => page.getByTestId('bar-token').inputValue(), '', 'field for the token');
  await page.getByTestId('bar-token').waitFor();
  await page.getByTestId('bar-token').fill(server.token);
  await page.getByTestId('bar-token-send').click();
  await until(() => page.getByTestId('status').getAttribute('data-status'), 'unconfirmed', 'status');
  await page.reload();
  await page.getByTestId('bar-1h').click();
  await until(async () => (await sandbox.ask('GET', 'clock')).now, '2026-01-01T01:00:00Z', 'clock');
  assert.ok(await page.getByTestId('bar-token-form').isHidden());
});

scene('bar: what a button has done is told', async ({ page, shop }) => {
  const { page: address } = await shop.invoice();
  await page.goto(address);
  await page.getByTestId('bar-pay-exact').click();
  await shows(page, 'bar-told', /unconfirmed/);
  assert.equal(await page.getByTestId('bar-told').getAttribute('data-bad'), null);
});

scene('bar: a refusal is told in the words of the server', async ({ page, shop }) => {
  const { page: address } = await shop.invoice();
  await page.route('**/act/quoine/pay', (route) => route.continue({ postData: '{"invoice":99}' }));
  await page.goto(address);
  await page.getByTestId('bar-pay-exact').click();
  await shows(page, 'bar-told', /99/);
  assert.notEqual(await page.getByTestId('bar-told').getAttribute('data-bad'), null);
});

scene('bar: calls and steps are hidden until they are asked for, and can be copied', async (stage) => {
  const { shop } = stage;
  const page = await stage.newPage({ permissions: ['clipboard-read', 'clipboard-write'] });
  const { page: address } = await shop.invoice();
  await page.goto(address);
  assert.ok(await page.getByTestId('bar-shell-pay-exact').isHidden());
  await page.getByTestId('bar-calls').locator('summary').click();
  for (const it of ['shell', 'step']) {
    await page.getByTestId(`copy-${it}-pay-exact`).click();
    await shows(page, 'said', 'Copied');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, await page.getByTestId(`bar-${it}-pay-exact`).textContent());
  }
});
