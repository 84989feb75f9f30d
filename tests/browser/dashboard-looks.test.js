// Every section of the dashboard, with what is open in it: it can be used with a screen reader and with keys alone, is readable in light
// and dark, fits a phone, and shows every stored text as text.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';

import { isAccessible } from './accessible.js';
import { busy, entries, isLive, openDashboard, section } from './dashboard.js';
import { NARROW, WIDE, scene, shows, until } from './harness.js';
import { TEXTS, cut, fits, staysWhole } from './hostile.js';
import { allReachable, press, tabTo, write } from './keys.js';

/** A place in the dashboard by its hash, and what has to be there before it is looked at. */
const PLACES = {
  timeline: ['', 'entry'],
  objects: ['#objects', 'object'],
  deliveries: ['#webhooks', 'delivery'],
  targets: ['#webhooks?tab=targets', 'targets-inbox'],
  inbox: ['#webhooks?tab=inbox', 'message'],
  rules: ['#rules', 'rule'],
  scenario: ['#rules?tab=scenario', 'scenario-source'],
  accounts: ['#accounts', 'account-quoine'],
  coverage: ['#proof', 'coverage-quoine'],
  assumptions: ['#proof?tab=assumptions', 'assumption'],
  violations: ['#proof?tab=violations', 'violation'],
  sandboxes: ['#sandboxes', 'sandbox'],
};

/** Places whose first row opens. */
const ROWS = ['entry', 'object', 'delivery', 'message'];

async function place(page, sandbox, [hash, id]) {
  // A change of the hash alone opens no document.
  await page.goto('about:blank');
  await openDashboard(page, sandbox, hash);
  await page.getByTestId(id).first().waitFor();
}

async function openRow(page, id, row = page.getByTestId(id).first()) {
  await row.click();
  await page.getByTestId('details').waitFor();
}

for (const name of Object.keys(PLACES)) {
  scene(`looks: ${name}`, async (stage) => {
    const { page, sandbox } = stage;
    const [hash, id] = PLACES[name];
    await busy(stage);
    await place(page, sandbox, [hash, id]);
    await fits(page, WIDE);
    await isAccessible(page, name);
    await allReachable(page);
    await page.setViewportSize(NARROW);
    await fits(page, NARROW);
    await isAccessible(page, `${name} on a phone`, ['light']);
    if (!ROWS.includes(id)) return;
    await openRow(page, id);
    await fits(page, NARROW);
    await isAccessible(page, `${name} with details on a phone`, ['light']);
    await page.setViewportSize(WIDE);
    await fits(page, WIDE);
    await isAccessible(page, `${name} with details`);
  });
}

scene('looks: details of each kind of entry', async (stage) => {
  const { page, sandbox } = stage;
  await busy(stage);
  await openDashboard(page, sandbox);
  for (const kind of ['request', 'change', 'webhook', 'block', 'clock']) {
    await openRow(page, 'entry', entries(page, kind).first());
    await isAccessible(page, `details of a ${kind}`, ['dark']);
    await page.keyboard.press('Escape');
    await page.getByTestId('details').waitFor({ state: 'hidden' });
  }
});

scene('looks: an empty sandbox', async ({ page, sandbox }) => {
  const webhooks = ['#webhooks', '#webhooks?tab=inbox'];
  const proof = ['#proof?tab=assumptions', '#proof?tab=violations'];
  for (const hash of ['', '#objects?provider=quoine', ...webhooks, '#rules', ...proof]) {
    await place(page, sandbox, [hash, 'empty']);
    for (const viewport of [WIDE, NARROW]) {
      await page.setViewportSize(viewport);
      await fits(page, viewport);
    }
    await isAccessible(page, `empty ${hash}`, ['light']);
  }
});

scene('looks: the forms that lie over the page', async (stage) => {
  const { page } = stage;
  const server = await stage.newServer('--admin-token', 'a-token-of-the-test');
  await page.goto(`${server.url}/__admin/`);
  await page.getByTestId('token').waitFor();
  await isAccessible(page, 'form for the token');
  await page.getByTestId('token').fill(server.token);
  await page.keyboard.press('Enter');
  await isLive(page);
  await page.keyboard.press('?');
  await page.getByTestId('help').waitFor();
  await isAccessible(page, 'help');
  await page.keyboard.press('Escape');
  await page.getByTestId('help').waitFor({ state: 'hidden' });
});

/** A receiver whose answer has that text in body and header. */
async function receiver(stage, text) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(500, { 'content-type': 'text/html', 'x-said': ascii(text) }).end(text));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  stage.closes(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

/** What of a text a header can carry. */
const ascii = (text) => text.replace(/[^\x20-\x7e]/g, '?');

/** A text as a scenario writes it, so that none of it is a reference. */
const escaped = (text) => text.replaceAll('${', () => '$${');

/** Puts the text everywhere where the dashboard shows what another person has written. */
async function poison(stage, text) {
  const { sandbox, shop } = stage;
  const url = `${await receiver(stage, text)}/${encodeURIComponent(cut(text, 300))}`;
  const inbox = `${sandbox.url}/__admin/inbox/shop`;
  await sandbox.set('quantum-payouts', { webhook_url: url, company: cut(text, 120) });
  await sandbox.set('quoine', { webhook_url: url });
  const when = { body: { price: escaped(text) } };
  await sandbox.ask('POST', 'rules', { name: escaped(cut(text, 64)), on: 'quoine.getInvoice', when, then: { error: 'usage_limit' } });
  await shop.quantapay({ title: cut(text, 4_096), description: cut(text, 4_096), external_reference: cut(text, 255) });
  await shop.cryptopay({ order_info: JSON.stringify({ product: text }) });
  await shop.charge({ order: text });
  const { id } = await shop.invoice({ name: cut(text, 255), data: text });
  await shop.payout({ number: cut(text, 36), description: cut(text, 600) });
  const headers = { 'x-text': ascii(text), 'content-type': 'text/html', 'user-agent': ascii(text) };
  const [part, init] = [encodeURIComponent(cut(text, 900)), { method: 'POST', headers, body: text }];
  await fetch(`${sandbox.baseUrl('quoine')}/${part}?q=${part}`, init);
  await fetch(`${inbox}?q=${part}`, init);
  await sandbox.act('quoine', 'pay', { invoice: id });
  await sandbox.advance('1m');
}

/** Where these texts are shown. */
const HOSTILE_PLACES = ['timeline', 'objects', 'deliveries', 'targets', 'inbox', 'rules', 'accounts', 'assumptions', 'violations'];

/** Short texts in one, and those that are long. */
const OF_ALL_KINDS = { short: [TEXTS.script, TEXTS.direction, TEXTS.template].join(' '), long: TEXTS.long };

for (const [name, hostile] of Object.entries(OF_ALL_KINDS)) {
  scene(`hostile texts: dashboard, ${name}`, async (stage) => {
    const { page, sandbox } = stage;
    await poison(stage, hostile);
    for (const it of HOSTILE_PLACES) {
      const [hash, id] = PLACES[it];
      await page.setViewportSize(WIDE);
      await place(page, sandbox, [hash, id]);
      await staysWhole(page);
      if (ROWS.includes(id)) await eachRow(page, id);
    }
  });
}

/** Opens the rows, one of each kind of object, event and call, one after the other. */
async function eachRow(page, id) {
  const named = (all) => all.map((it) => [`${it.dataset.kind} ${it.querySelector('.what b').innerText}`, it.dataset.key]);
  const rows = new Map(await page.getByTestId(id).evaluateAll(named));
  for (const key of rows.values()) {
    await openRow(page, id, page.locator(`[data-testid=${id}][data-key="${key}"]`));
    await until(() => page.getByTestId('details').innerText(), (it) => !/Reading/.test(it), 'details');
    await staysWhole(page, [], [page.viewportSize()]);
    await page.keyboard.press('Escape');
    await page.getByTestId('details').waitFor({ state: 'hidden' });
  }
}

scene('keyboard: all of the dashboard', async (stage) => {
  const { page, sandbox, shop } = stage;
  await shop.invoice();
  await openDashboard(page, sandbox);
  await entries(page, 'request').first().waitFor();
  await page.keyboard.press('/');
  await until(() => page.evaluate(() => document.activeElement.dataset.testid), 'filter-text', 'element with the focus');
  await page.keyboard.type('createInvoice');
  await tabTo(page, 'entry-list');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await shows(page, 'request-body', /500/);
  await page.keyboard.press('Escape');
  await page.getByTestId('details').waitFor({ state: 'hidden' });
  await page.keyboard.press('Escape');
  await press(page, 'clock-by-1m');
  await until(async () => (await sandbox.ask('GET', 'clock')).now, '2026-01-01T00:01:00Z', 'clock');
  await page.keyboard.press('2');
  await tabTo(page, 'object-list');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await press(page, 'act-pay');
  await until(() => page.getByTestId('lifecycle').getAttribute('data-status'), 'unconfirmed', 'status');
  await page.keyboard.press('Escape');
  await page.keyboard.press('4');
  await write(page, 'rule-source', 'name: closed\non: quoine.createInvoice\nthen: { error: usage_limit }\n');
  await until(() => page.getByTestId('rule-add').isEnabled());
  await press(page, 'rule-add');
  await page.locator('[data-testid=rule][data-name=closed]').waitFor();
  await page.keyboard.press('7');
  await write(page, 'fork-name', `${sandbox.name}-keys`);
  await page.keyboard.press('Enter');
  await shows(page, 'fork-said', /copy/);
  await tabTo(page, 'reset');
  await page.keyboard.press('3');
  await tabTo(page, 'tab-deliveries');
  await page.keyboard.press('ArrowRight');
  await page.getByTestId('target-quantum-payouts').waitFor();
  await press(page, 'targets-inbox');
  await until(async () => (await sandbox.ask('GET', 'accounts/quantum-payouts/default')).webhook_url ?? '', /inbox/, 'target');
  await page.keyboard.press('f');
  await until(async () => (await sandbox.ask('GET', 'clock')).mode, 'real', 'mode');
  await page.keyboard.press('f');
  await until(async () => (await sandbox.ask('GET', 'clock')).mode, 'frozen', 'mode');
  const before = (await sandbox.ask('GET', 'clock')).now;
  await page.keyboard.press('n');
  await until(async () => (await sandbox.ask('GET', 'clock')).now, (it) => it > before, 'clock');
  await page.keyboard.press('?');
  await page.getByTestId('help').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('help').waitFor({ state: 'hidden' });
});

scene('looks: a phone opens a section by its menu, and details lie over the list', async (stage) => {
  const { page, sandbox } = stage;
  await busy(stage);
  await page.setViewportSize(NARROW);
  await openDashboard(page, sandbox);
  await section(page, 'objects');
  await openRow(page, 'object');
  const box = await page.getByTestId('details').boundingBox();
  assert.ok(box.width >= NARROW.width - 2, `the details are ${box.width} wide`);
  await page.getByTestId('details-close').click();
  await page.getByTestId('object').first().waitFor();
  await page.getByTestId('clock-toggle').click();
  await page.getByTestId('clock-by-1h').click();
  await until(async () => (await sandbox.ask('GET', 'clock')).now, '2026-01-01T01:05:00Z', 'clock');
});
