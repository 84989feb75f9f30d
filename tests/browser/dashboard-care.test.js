// The dashboard shows and keeps what it is given to the character, and goes on where a part of it fails.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';

import { entries, isLive, openDashboard, section } from './dashboard.js';
import { scene, shows, sleep, text, until } from './harness.js';

const click = (page, id) => page.getByTestId(id).first().click();

for (const path of ['%zz', '%E0%A4%A']) {
  scene(`dashboard: a request to ${path} is shown, and the page goes on`, async ({ page, sandbox }) => {
    await fetch(`${sandbox.baseUrl('quoine')}/api/v1/invoices/${path}`);
    await openDashboard(page, sandbox);
    await entries(page, 'request').first().click();
    await shows(page, 'as-curl', (it) => it.includes(path));
    assert.equal(await page.getByTestId('failed').count(), 0);
    await page.keyboard.press('Escape');
    await page.getByTestId('details').waitFor({ state: 'hidden' });
    await section(page, 'accounts');
    await page.getByTestId('accounts').waitFor();
  });
}

scene('dashboard: a part that fails says so, and the others go on', async ({ page, sandbox, shop }) => {
  await shop.invoice();
  await page.route('**/__admin/requests?*', (route) => route.fulfill({ json: { requests: [{ id: 'req-1' }], truncated: false } }));
  await openDashboard(page, sandbox);
  await entries(page, 'request').first().click();
  await page.getByTestId('failed').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('details').waitFor({ state: 'hidden' });
  await section(page, 'objects');
  await page.getByTestId('object').first().waitFor();
});

const SEED = '9223372036854775807';

scene('dashboard: a saved state goes back as it came', async (stage) => {
  const { page } = stage;
  const name = 'exact';
  const seeded = `{"name": "${name}", "clock": {"mode": "frozen"}, "seed": ${SEED}}`;
  const headers = { 'content-type': 'application/json' };
  await fetch(`${stage.server.url}/__admin/sandboxes`, { method: 'POST', headers, body: seeded });
  stage.closes(() => stage.server.ask('DELETE', `/__admin/sandboxes/${name}`));
  const api = `${stage.server.url}/s/${name}/__admin`;
  const state = async () => (await fetch(`${api}/state`)).text();
  const before = await state();
  assert.ok(before.includes(SEED));
  await openDashboard(page, { url: `${stage.server.url}/s/${name}` }, '#sandboxes');
  await shows(page, 'sandbox', (it) => it.includes(SEED));
  const [download] = await Promise.all([page.waitForEvent('download'), click(page, 'state-save')]);
  const file = stage.file('exact.json');
  await download.saveAs(file);
  assert.equal(await readFile(file, 'utf8'), before);
  await page.getByTestId('state-restore').setInputFiles(file);
  await shows(page, 'state-said', 'Restored.');
  assert.ok((await state()).includes(SEED));
  await writeFile(file, 'nope');
  await page.getByTestId('state-restore').setInputFiles(file);
  await shows(page, 'state-said', (it) => it !== '' && !/Unexpected token|Restored/.test(it));
});

scene('dashboard: fields show what was set elsewhere', async ({ page, sandbox }) => {
  await openDashboard(page, sandbox, '#webhooks?tab=targets');
  await click(page, 'targets-inbox');
  const field = page.getByTestId('target-url-quoine');
  await until(() => field.inputValue(), (it) => it.endsWith('/inbox/shop'), 'address in the field');
  await click(page, 'target-save-quoine');
  await shows(page, 'target-quoine', /Saved/);
  const { settings } = await sandbox.ask('GET', 'accounts/quoine/2');
  assert.match(settings.webhook_url.value, /inbox\/shop$/);
  await section(page, 'accounts');
  await page.getByTestId('account-quoine').locator('summary').click();
  const own = page.getByTestId('setting-quoine-webhook_url');
  await until(() => own.inputValue(), /inbox\/shop$/, 'address in the setting');
  await sandbox.set('quoine', { webhook_url: 'http://127.0.0.1:9/elsewhere' });
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await until(() => own.inputValue(), /elsewhere$/, 'address that was set elsewhere');
});

scene('dashboard: a key that is held is one wish, and one walk goes on at a time', async ({ page, sandbox, shop }) => {
  await shop.invoice();
  await openDashboard(page, sandbox);
  let walks = 0;
  await page.route('**/clock/advance', async (route) => {
    walks += 1;
    await sleep(500);
    await route.continue();
  });
  await page.locator('body').press('n');
  await page.locator('body').press('n');
  await until(() => walks, 1, 'number of walks');
  await page.getByTestId('clock-fired').waitFor();
  for (let index = 0; index < 5; index += 1) await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', repeat: true, bubbles: true })));
  await sleep(200);
  assert.equal(walks, 1);
});

scene('dashboard: a row of what is to come tells what fired', async ({ page, sandbox, shop }) => {
  await shop.invoice();
  await openDashboard(page, sandbox);
  await page.getByTestId('advance-to').first().click();
  await shows(page, 'clock-fired', /fired/);
});

scene('dashboard: a body has the digits that were sent', async ({ page, sandbox }) => {
  const body = '{"price":1.50,"name":"a","name":"b","2":12345678901234567890}';
  await fetch(`${sandbox.baseUrl('quoine')}/api/v1/invoices`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  await openDashboard(page, sandbox);
  await entries(page, 'request').first().click();
  await shows(page, 'request-body', '{\n  "price": 1.50,\n  "name": "a",\n  "name": "b",\n  "2": 12345678901234567890\n}');
});

scene('dashboard: the newest deliveries are listed, and the filter is known', async ({ page, sandbox, shop }) => {
  await sandbox.set('quoine', { webhook_url: `${sandbox.url}/__admin/inbox/shop` });
  const { id } = await shop.invoice();
  await sandbox.act('quoine', 'pay', { invoice: id });
  await openDashboard(page, sandbox, '#webhooks?status=failed');
  await shows(page, 'empty', /Choose another provider or status/);
  await page.getByTestId('deliveries-status').selectOption('');
  await page.getByTestId('delivery').first().waitFor();
  await click(page, 'tab-inbox');
  await page.getByTestId('message').first().waitFor();
  const before = await page.getByTestId('message').count();
  await sandbox.act('quoine', 'confirm', { invoice: id });
  await until(() => page.getByTestId('message').count(), (it) => it > before, 'number of messages');
  await sandbox.ask('DELETE', 'inbox/shop/messages');
  await sandbox.advance('1s');
  await until(() => page.getByTestId('message').count(), 0, 'number of messages after the inbox was emptied');
});

scene('dashboard: a wrong token is said, and Escape does not take the form away', async (stage) => {
  const { page } = stage;
  const server = await stage.newServer('--admin-token', 'a-token-of-the-test');
  await page.goto(`${server.url}/__admin/`);
  await page.getByTestId('token').waitFor();
  for (let index = 0; index < 3; index += 1) await page.keyboard.press('Escape');
  await page.getByTestId('token').fill('wrong');
  await page.keyboard.press('Enter');
  await shows(page, 'token-said', /refused/);
  await page.getByTestId('token').fill(server.token);
  await page.keyboard.press('Enter');
  await isLive(page);
});

scene('dashboard: a sandbox that was deleted says so and leads on', async (stage) => {
  const { page } = stage;
  const [own] = await stage.pair(['gone', 'stays']);
  await openDashboard(page, own);
  await stage.server.ask('DELETE', '/__admin/sandboxes/gone');
  await page.getByTestId('gone').waitFor();
  assert.equal(await page.getByTestId('clock-next').count(), 0);
  await click(page, 'gone-default');
  await until(() => new URL(page.url()).pathname, '/__admin/', 'path');
  await stage.server.sandbox({ name: 'gone' });
});

scene('dashboard: a draft of a rule is still there after a look at the timeline', async ({ page, sandbox }) => {
  await openDashboard(page, sandbox, '#rules');
  await page.getByTestId('rule-source').fill('on: quoine.getInvoice');
  await section(page, 'timeline');
  await page.getByTestId('timeline').waitFor();
  await section(page, 'rules');
  assert.equal(await page.getByTestId('rule-source').inputValue(), 'on: quoine.getInvoice');
});

scene('dashboard: a new sandbox offers the way to it', async (stage) => {
  const { page, sandbox } = stage;
  await openDashboard(page, sandbox, '#sandboxes');
  await page.getByTestId('fork-name').fill('copied');
  await click(page, 'fork');
  await click(page, 'made-open');
  await until(() => new URL(page.url()).pathname, '/s/copied/__admin/', 'path');
  await isLive(page);
  await stage.server.ask('DELETE', '/__admin/sandboxes/copied');
});

scene('dashboard: a drawing names the step that a change took', async ({ page, sandbox, shop }) => {
  const { id } = await shop.invoice();
  await sandbox.act('quoine', 'pay', { invoice: id });
  await openDashboard(page, sandbox);
  await entries(page, 'change', 'unconfirmed').first().click();
  await shows(page, 'causes', /unconfirmed: act pay$/);
  assert.match((await text(page, 'details')) ?? '', /Lifecycle/);
});

/** Makes the page as one that is hidden, or seen again. */
function hide(page, hidden) {
  return page.evaluate((it) => {
    Object.defineProperty(document, 'hidden', { value: it, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}

scene('dashboard: a hidden page holds no connection, and goes on when it is seen', async ({ page, sandbox, shop }) => {
  await openDashboard(page, sandbox);
  const ended = page.waitForEvent('requestfailed', (it) => it.url().includes('/events'));
  await hide(page, true);
  await ended;
  await shop.invoice();
  await sleep(500);
  assert.equal(await entries(page, 'request', 'createInvoice').count(), 0);
  await hide(page, false);
  await entries(page, 'request', 'createInvoice').waitFor();
});

scene('dashboard: seven tabs of one browser all open', async ({ page, sandbox }) => {
  const tabs = [page];
  for (let index = 0; index < 6; index += 1) tabs.push(await page.context().newPage());
  for (const tab of tabs) {
    await openDashboard(tab, sandbox);
    await hide(tab, tab !== tabs.at(-1));
  }
  await tabs[0].bringToFront();
  await hide(tabs[0], false);
  await tabs[0].getByTestId('clock-by-1s').click();
  await shows(tabs[0], 'clock-now', /^00:00:01/);
});

scene('dashboard: a rate that is not a number is not sent', async ({ page, sandbox }) => {
  await openDashboard(page, sandbox);
  await page.getByTestId('clock-rate').fill('fast');
  await click(page, 'clock-scale');
  await shows(page, 'clock-said', /number above 0/);
  assert.equal(await page.getByTestId('last-call').count(), 0);
});

scene('dashboard: commands keep bytes and empty headers', async ({ page, sandbox }) => {
  const headers = { 'content-type': 'application/octet-stream', 'x-empty': '' };
  await fetch(`${sandbox.baseUrl('quoine')}/api/v1/invoices`, { method: 'POST', body: new Uint8Array([255, 0, 254]), headers });
  await openDashboard(page, sandbox);
  await entries(page, 'request').first().click();
  await shows(page, 'as-curl', (it) => it.startsWith('printf %s /wD+ | base64 -d | curl') && it.includes("'x-empty;'") && it.endsWith('--data-binary @-'));
});

scene('dashboard: a setting of some words is chosen', async ({ page, sandbox }) => {
  await openDashboard(page, sandbox, '#accounts');
  await page.getByTestId('account-quoine').locator('summary').click();
  await page.getByTestId('setting-quoine-pace').selectOption('manual');
  await until(async () => (await sandbox.ask('GET', 'accounts/quoine/2')).settings.pace.value, 'manual', 'pace');
});
