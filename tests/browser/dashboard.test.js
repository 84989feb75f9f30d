// The dashboard does what the control API does, and shows what happens while it happens.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { busy, entries, isLive, openDashboard, section } from './dashboard.js';
import { goes, scene, shows, text, until } from './harness.js';

const click = (page, id) => page.getByTestId(id).first().click();
const countOf = (rows, number) => until(() => rows.count(), number, 'number of rows');

scene('dashboard: it asks for the token, keeps it, and follows a scenario live', async (stage) => {
  const { page } = stage;
  const server = await stage.newServer('--admin-token', 'a-token-of-the-test');
  const sandbox = await server.sandbox({ name: 'watched' });
  await page.goto(`${sandbox.url}/__admin/`);
  await page.getByTestId('token').fill('a wrong one');
  await click(page, 'token-send');
  await page.getByTestId('token-form').waitFor();
  await page.getByTestId('token').fill(server.token);
  await click(page, 'token-send');
  await isLive(page);
  const shop = await stage.newShop(sandbox);
  await sandbox.ask('POST', 'scenario', 'version: 1\nclock: { mode: frozen }\nproviders: { quoine: { pace: manual } }\n');
  const { id } = await shop.invoice();
  await entries(page, 'request', 'createInvoice').waitFor();
  await page.getByTestId('upcoming-row').first().waitFor();
  await sandbox.act('quoine', 'pay', { invoice: id });
  await entries(page, 'change', 'unconfirmed').first().waitFor();
  await sandbox.act('quoine', 'confirm', { invoice: id });
  await entries(page, 'change', 'confirmed').first().waitFor();
  await sandbox.advance('1h');
  await shows(page, 'clock-now', /^01:00:00/);
  await page.reload();
  await isLive(page);
  await entries(page, 'change', 'unconfirmed').first().waitFor();
});

/** Buttons of the clock, what has to be there before, and where the clock stands after it. */
const CLOCK = [
  ['clock-by-1s', '2026-01-01T00:00:01Z'],
  ['clock-by-1m', '2026-01-01T00:01:01Z'],
  ['clock-by-1h', '2026-01-01T01:01:01Z'],
  ['clock-by-1d', '2026-01-02T01:01:01Z'],
];

scene('dashboard: every button of the clock', async ({ page, sandbox, shop }) => {
  await openDashboard(page, sandbox);
  const clock = () => sandbox.ask('GET', 'clock');
  for (const [id, now] of CLOCK) {
    await click(page, id);
    await until(async () => (await clock()).now, now, id);
    await until(() => page.getByTestId('clock-now').getAttribute('data-now'), now, 'clock of the page');
  }
  await sandbox.set('quoine', { webhook_url: `${sandbox.url}/__admin/inbox/shop` });
  await shop.invoice();
  await click(page, 'clock-next');
  await until(async () => (await clock()).now, (it) => it > CLOCK.at(-1)[1], 'time of the next thing');
  await page.getByTestId('clock-fired').waitFor();
  await click(page, 'clock-fired-close');
  await page.getByTestId('clock-fired').waitFor({ state: 'hidden' });
  const { id } = await shop.invoice();
  await sandbox.ask('PUT', 'inbox/shop/script', { respond: [500, 200] });
  await sandbox.act('quoine', 'pay', { invoice: id });
  const before = (await clock()).now;
  await click(page, 'clock-delivery');
  await until(async () => (await clock()).now, (it) => it > before, 'time of the next delivery');
  await click(page, 'clock-idle');
  await until(async () => (await clock()).pending, 0, 'number of things to come');
  await shows(page, 'clock-mode', /frozen/);
  for (const [text, expected] of [['2030-01-01T12:00:00Z', '2030-01-01T12:00:00Z'], ['1h30m', '2030-01-01T13:30:00Z']]) {
    await page.getByTestId('clock-span').fill(text);
    await click(page, 'clock-pass');
    await until(async () => (await clock()).now, expected, text);
  }
  await page.getByTestId('clock-span').fill('soon');
  await click(page, 'clock-pass');
  await shows(page, 'clock-said', /soon/);
  await click(page, 'clock-resume');
  await until(async () => (await clock()).mode, 'real', 'mode');
  await shows(page, 'clock-mode', /real/);
  const shown = await text(page, 'clock-now');
  await shows(page, 'clock-now', (it) => it !== shown);
  await page.getByTestId('clock-rate').fill('3600');
  await click(page, 'clock-scale');
  await until(async () => (await clock()).rate, 3_600, 'rate');
  await shows(page, 'clock-mode', /3.?600/);
  await click(page, 'clock-freeze');
  await until(async () => (await clock()).mode, 'frozen', 'mode');
  await shows(page, 'clock-mode', /frozen/);
  assert.match(await text(page, 'last-call'), /clock\/freeze/);
});

scene('dashboard: an entry shows the whole exchange, and can be used again', async (stage) => {
  const { page, sandbox } = stage;
  await busy(stage);
  await openDashboard(page, sandbox);
  await page.getByTestId('filter-provider').selectOption('quoine');
  await entries(page, 'request', 'createInvoice').first().click();
  await shows(page, 'request', /authorization/i);
  await shows(page, 'request-body', /"price": "500.0"/);
  await click(page, 'request-body-raw');
  await shows(page, 'request-body', '{"price":"500.0","name":"Shoes"}');
  await shows(page, 'response-body', /payment_awaited/);
  await shows(page, 'signed', /^application\/json,/);
  await shows(page, 'evidence', /documented|assumed/i);
  await shows(page, 'as-curl', /^curl -X POST http:\/\/127/);
  await shows(page, 'as-step', /call: "?quoine.createInvoice/);
  await click(page, 'as-rule');
  await until(() => page.getByTestId('rule-source').inputValue(), /quoine.createInvoice/, 'draft of a rule');
  await page.goBack();
  await page.getByTestId('details').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('details').waitFor({ state: 'hidden' });
  await page.getByTestId('filter-provider').selectOption('');
  await page.getByTestId('filter-kind-webhooks').click();
  await entries(page, 'webhook').first().click();
  await shows(page, 'sent', /./);
  await shows(page, 'received', /./);
  await page.getByTestId('filter-kind-webhooks').click();
  const address = page.url();
  const other = await stage.newPage();
  await other.goto(address);
  await other.getByTestId('details').waitFor();
});

scene('dashboard: a request is compared with another one of its operation', async (stage) => {
  const { page, sandbox, shop } = stage;
  await shop.payout({ number: 'A-1', amount: 150_000 });
  await shop.payout({ number: 'A-2', amount: 150_000 });
  await shop.payout({ number: 'A-1', amount: 990_001 }).catch(() => null);
  await openDashboard(page, sandbox);
  await entries(page, 'request', 'createPayout').first().click();
  const rows = page.getByTestId('difference');
  const row = (place) => rows.filter({ has: page.getByRole('rowheader', { name: place, exact: true }) }).locator('td').allInnerTexts();
  await until(() => row('request.body.amount'), (it) => it.join() === '150000,990001', 'amounts');
  assert.deepEqual(await row('request.body.orderNumber'), ['A-2', 'A-1']);
  const [before, now] = await row('response.status');
  assert.deepEqual([before, now[0]], ['200', '4']);
  assert.deepEqual(await row('request.method'), []);
  const select = page.getByTestId('compare-with');
  await select.selectOption({ index: 1 });
  await until(() => row('request.body.orderNumber'), (it) => it.length === 0, 'order numbers that are equal');
});

scene('dashboard: keys that act alone can be switched off', async ({ page, sandbox }) => {
  await openDashboard(page, sandbox);
  await page.keyboard.press('2');
  await until(() => page.url(), /#objects/, 'section');
  const closes = async () => {
    await click(page, 'help-close');
    await page.getByTestId('help').waitFor({ state: 'hidden' });
  };
  await page.keyboard.press('?');
  await page.getByTestId('keys-on').uncheck();
  await closes();
  await page.keyboard.press('3');
  await page.reload();
  await isLive(page);
  await page.keyboard.press('4');
  assert.match(page.url(), /#objects/);
  await click(page, 'help-open');
  await page.getByTestId('keys-on').check();
  await closes();
  await page.keyboard.press('3');
  await until(() => page.url(), /#webhooks/, 'section');
});

scene('dashboard: the filter keeps what fits', async (stage) => {
  const { page, sandbox } = stage;
  const { payout } = await busy(stage);
  await openDashboard(page, sandbox);
  const kinds = () => page.getByTestId('entry').evaluateAll((all) => [...new Set(all.map((it) => it.dataset.kind))].sort().join());
  await until(kinds, /change.*request/, 'kinds');
  for (const [filter, expected] of [['changes', 'change'], ['rules', 'request']]) {
    await click(page, `filter-kind-${filter}`);
    await until(kinds, expected, `kinds under ${filter}`);
    await click(page, `filter-kind-${filter}`);
  }
  await page.getByTestId('filter-subject').fill(payout.number);
  const isOfPayouts = (all) => all.length > 0 && all.every((it) => !/quoine|cryptopay/.test(it));
  await until(() => page.getByTestId('entry').allInnerTexts(), isOfPayouts, 'rows of an object');
  await click(page, 'filter-clear');
  await page.getByTestId('filter-text').fill('no entry has these words');
  await countOf(page.getByTestId('entry'), 0);
  await page.getByTestId('empty').waitFor();
});

scene('dashboard: a rule is made in the editor, fires, and is removed', async ({ page, sandbox }) => {
  await openDashboard(page, sandbox, '#rules');
  const source = page.getByTestId('rule-source');
  await source.fill('on: quoine.createInvoise\nthen: { error: usage_limit }\n');
  await shows(page, 'problem', /line 1/);
  await shows(page, 'problem', /nearest is `createInvoice`/);
  assert.ok(await page.getByTestId('rule-add').isDisabled());
  await source.fill('name: closed\non: quantum-payouts.features\nwhen: { times: 1 }\nthen: { error: internal_error }\n');
  await until(() => page.getByTestId('rule-problems').getAttribute('data-state'), 'valid', 'verdict');
  await click(page, 'rule-add');
  await page.locator('[data-testid=rule][data-name=closed]').waitFor();
  assert.match(await text(page, 'last-call'), /rules/);
  const asked = await fetch(`${sandbox.baseUrl('quantum-payouts')}/api/v1/features`, {
    headers: { authorization: `Bearer ${sandbox.credentials('quantum-payouts').token}` },
  });
  assert.equal(asked.status, 500);
  await shows(page, 'rule-fired', '1');
  await click(page, 'rule-remove');
  await countOf(page.getByTestId('rule'), 0);
  assert.deepEqual((await sandbox.ask('GET', 'rules')).rules, []);
});

scene('dashboard: a fork is made and switched to', async (stage) => {
  const { page, sandbox, server, shop } = stage;
  await shop.invoice();
  await openDashboard(page, sandbox, '#sandboxes');
  const name = `${sandbox.name}-copy`;
  await page.getByTestId('fork-name').fill(name);
  await click(page, 'fork');
  await shows(page, 'fork-said', new RegExp(name));
  await until(() => page.getByTestId('sandbox-switcher').locator('option').allInnerTexts(), (it) => it.includes(name), 'sandboxes');
  await page.getByTestId('sandbox-switcher').selectOption(name);
  await goes(page, `${server.url}/s/${name}/__admin/`);
  await isLive(page);
  await click(page, 'clock-by-1h');
  const copy = await server.known(name);
  await until(async () => (await copy.ask('GET', 'clock')).now, '2026-01-01T01:00:00Z', 'clock of the copy');
  assert.equal((await sandbox.ask('GET', 'clock')).now, '2026-01-01T00:00:00Z');
  await section(page, 'objects');
  await shows(page, 'object', /expired/);
});

scene('dashboard: sandboxes are made, opened, saved, reset, restored and deleted', async (stage) => {
  const { page, sandbox, server, shop } = stage;
  await shop.invoice();
  await openDashboard(page, sandbox, '#sandboxes');
  const name = `${sandbox.name}-new`;
  await page.getByTestId('sandbox-name').fill(name);
  await click(page, 'more');
  await page.getByTestId('wish-seed').fill('x');
  await click(page, 'sandbox-create');
  await shows(page, 'sandbox-said', /seed/);
  await page.getByTestId('wish-seed').fill('99');
  await page.getByTestId('wish-now').fill('2031-05-06T07:08:09Z');
  await click(page, 'sandbox-create');
  await shows(page, 'sandbox-said', /is there/);
  const made = await server.ask('GET', `/__admin/sandboxes/${name}`);
  assert.deepEqual([made.seed, made.clock.now], [99, '2031-05-06T07:08:09Z']);
  await page.locator(`[data-testid=sandbox][data-name=${name}]`).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), click(page, 'state-save')]);
  const file = await download.path();
  await click(page, 'reset');
  await click(page, 'reset');
  const objects = async () => (await sandbox.ask('GET', 'objects?provider=quoine')).total;
  await until(objects, 0, 'number of objects');
  await page.getByTestId('state-restore').setInputFiles({ name: 'state.json', mimeType: 'application/json', buffer: await readFile(file) });
  await until(objects, (it) => it > 0, 'number of objects');
  const card = page.locator(`[data-testid=sandbox][data-name=${name}]`);
  await card.getByTestId('sandbox-open').click();
  await goes(page, `${server.url}/s/${name}/__admin/`);
  await isLive(page);
  await section(page, 'sandboxes');
  await card.getByTestId('sandbox-delete').click();
  await card.getByTestId('sandbox-delete').click();
  await goes(page, `${server.url}/__admin/`);
});

scene('dashboard: an object shows its lifecycle, and what can happen next happens', async ({ page, sandbox, shop }) => {
  await sandbox.set('quoine', { pace: 'manual' });
  await shop.invoice();
  await openDashboard(page, sandbox, '#objects?provider=quoine');
  await page.getByTestId('object').first().click();
  const isLit = (status) => until(() => page.getByTestId('lifecycle').getAttribute('data-status'), status, 'status that is lit');
  await isLit('ready');
  for (const [action, status] of [['pay', 'unconfirmed'], ['confirm', 'confirmed'], ['capture', 'captured']]) {
    await click(page, `act-${action}`);
    await isLit(status);
  }
  await shows(page, 'object-json', /btc_balance/);
});

scene('dashboard: webhooks go to an inbox, are judged there, and are sent again', async ({ page, sandbox, shop }) => {
  await openDashboard(page, sandbox, '#webhooks?tab=targets');
  await click(page, 'targets-inbox');
  await until(async () => (await sandbox.ask('GET', 'accounts/quantum-payouts/default')).webhook_url ?? '', /inbox\/shop$/, 'target');
  await shop.payout();
  await sandbox.advance('0s');
  await click(page, 'tab-inbox');
  await page.getByTestId('message').first().click();
  await shows(page, 'message-verdict', 'valid');
  await page.keyboard.press('Escape');
  await click(page, 'tab-deliveries');
  await page.getByTestId('delivery').first().click();
  await shows(page, 'delivery-status', 'delivered');
  await click(page, 'resend');
  await countOf(page.getByTestId('attempt'), 2);
  const { messages } = await sandbox.ask('GET', 'inbox/shop/messages');
  assert.equal(messages.length, 2);
});

scene('dashboard: a setting of an account is changed', async ({ page, sandbox }) => {
  await openDashboard(page, sandbox, '#accounts');
  await page.getByTestId('account-quoine').locator('summary').click();
  await page.getByTestId('setting-quoine-confirmations').fill('3');
  await click(page, 'setting-quoine-confirmations-save');
  await until(async () => (await sandbox.ask('GET', 'accounts/quoine/2')).confirmations, 3, 'setting');
  await click(page, 'setting-quoine-legacy_no_nonce');
  await until(async () => (await sandbox.ask('GET', 'accounts/quoine/2')).legacy_no_nonce, true, 'setting');
});

scene('dashboard: it says what the traffic has shown', async (stage) => {
  const { page, sandbox } = stage;
  await busy(stage);
  await openDashboard(page, sandbox, '#proof');
  await shows(page, 'coverage-quoine', /%/);
  await click(page, 'tab-assumptions');
  await page.getByTestId('assumption').first().waitFor();
  await click(page, 'tab-violations');
  await page.getByTestId('violation').first().waitFor();
});

scene('dashboard: it comes back by itself when its server does', async (stage) => {
  const { page, sandbox } = stage;
  await openDashboard(page, sandbox);
  await stage.server.ask('DELETE', `/__admin/sandboxes/${sandbox.name}`);
  await until(() => page.getByTestId('connection').getAttribute('data-state'), 'deleted', 'connection');
});

scene('dashboard: it follows again when its server is back', async (stage) => {
  const { page } = stage;
  const server = await stage.newServer();
  await openDashboard(page, { url: server.url });
  await server.stop();
  await until(() => page.getByTestId('connection').getAttribute('data-state'), 'lost', 'connection');
  const again = await stage.newServer('--listen', new URL(server.url).host);
  await isLive(page);
  await (await stage.newShop(await again.known('default'))).invoice();
  await entries(page, 'request', 'createInvoice').waitFor();
  // The browser says that it was refused a connection.
  stage.heard.length = 0;
});

scene('dashboard: what one reads stays where it is while entries come in above', async ({ page, sandbox, shop }) => {
  for (let made = 0; made < 40; made += 1) await shop.invoice();
  await openDashboard(page, sandbox);
  await entries(page, 'request').first().waitFor();
  await page.getByTestId('entry-list').evaluate((it) => it.scrollTo(0, 700));
  const row = await page.getByTestId('entry').nth(15).getAttribute('data-key');
  const top = async () => (await page.locator(`[data-testid=entry][data-key="${row}"]`).boundingBox())?.y;
  const before = await until(top, Number.isFinite, 'place of a row');
  for (let made = 0; made < 5; made += 1) await shop.invoice();
  await shows(page, 'new-entries', /\d+ new entries/);
  assert.equal(await top(), before);
  await click(page, 'new-entries');
  await until(() => page.getByTestId('entry-list').evaluate((it) => it.scrollTop), 0, 'place of the list');
});
