// The pictures of the README: `node tests/browser/pictures.js` makes them anew in docs/src/img/. The animation needs `img2webp` (Debian: webp).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { open } from './chromium.js';
import { Server } from './server.js';
import { Shop } from './shop.js';

const DOCS = new URL('../../docs/src/img/', import.meta.url).pathname;
const PAGE = { width: 560, height: 880 };
const DASHBOARD = { width: 1440, height: 860 };
/** The animation has both beside each other, at this part of their size. */
const WALK = { page: { width: 470, height: 900 }, dashboard: { width: 940, height: 900 }, scale: 0.75, quality: '75' };
const INBOX = 'http://shop.inbox.playmoney.test/';

/** The page has drawn what it has heard. */
async function settled(page) {
  await page.waitForLoadState();
  await sleep(600);
}

/** A morning of a shop: some orders at all providers, one webhook that had to be tried again, one rule. */
async function morning(sandbox, shop) {
  for (const it of ['quantapay', 'qbitpay', 'quantum-payouts', 'quoine']) await sandbox.set(it, { webhook_url: INBOX });
  const rule = { on: 'quantum-payouts.getPayoutStatus', when: { times: 1 }, then: { error: 'internal_error' } };
  await sandbox.ask('POST', 'rules', { name: 'the first status request fails', ...rule });
  await sandbox.ask('PUT', 'inbox/shop/script', { respond: [200, 503, 200] });
  const payout = await shop.payout({ number: 'PRIZE-17' });
  await sandbox.act('quantum-payouts', 'submit-details', { orderNumber: payout.number, pan: '4111111111111111' });
  await sandbox.advance('40s');
  const invoice = await shop.invoice({ name: 'Order 1041' });
  await sandbox.act('quoine', 'pay', { invoice: invoice.id });
  await sandbox.advance('11m');
  await shop.charge({ order: 'DTS-2207', cbUrl: INBOX });
  await sandbox.advance('4m');
  return shop.cryptopay({ amount: '49.90', webhook_url: INBOX });
}

async function dashboard(browser, server, viewport, hash = '') {
  const page = await browser.newPage({ viewport });
  await page.goto(`${server.url}/__admin/${hash}`);
  await page.getByTestId('entry').first().waitFor();
  return page;
}

async function stills(browser, server, order) {
  const page = await browser.newPage({ viewport: PAGE });
  await page.goto(order.page);
  await settled(page);
  await page.screenshot({ path: join(DOCS, 'payment.png') });
  const board = await dashboard(browser, server, DASHBOARD);
  await board.locator('[data-testid=entry][data-kind=change]').filter({ hasText: 'PRIZE-17' }).first().click();
  await board.getByTestId('lifecycle').waitFor();
  await settled(board);
  await board.screenshot({ path: join(DOCS, 'dashboard.png') });
  await Promise.all([page.close(), board.close()]);
}

/** Both pages in one picture. */
async function frame(studio, pages, path) {
  await Promise.all(pages.map(settled));
  const pictures = await Promise.all(pages.map((it) => it.screenshot()));
  const images = pictures.map((it) => `<img src="data:image/png;base64,${it.toString('base64')}">`);
  const body = `margin: 0; display: flex; gap: 12px; background: #64308f; padding: 12px; zoom: ${WALK.scale}`;
  await studio.setContent(`<style>body { ${body} } img { border-radius: 8px }</style>${images.join('')}`);
  await studio.waitForFunction(() => [...document.images].every((it) => it.complete));
  await studio.screenshot({ path });
}

/** A payment, from its page to the shop, beside the dashboard that follows it. */
async function walk(browser, server, order, folder) {
  const { page: left, dashboard: right, scale } = WALK;
  const size = { width: Math.round((left.width + right.width + 36) * scale), height: Math.round((left.height + 24) * scale) };
  const [studio, page] = [await browser.newPage({ viewport: size }), await browser.newPage({ viewport: left })];
  const board = await dashboard(browser, server, right, `#timeline?kinds=changes,webhooks,clock&subject=${order.id}`);
  await page.goto(order.page);
  const frames = [];
  const shoot = async (milliseconds) => {
    frames.push({ path: join(folder, `${frames.length}.png`), milliseconds });
    await frame(studio, [page, board], frames.at(-1).path);
  };
  await shoot(1_800);
  const pay = page.getByTestId('bar-pay-exact');
  await pay.focus();
  await shoot(700);
  await pay.click();
  await page.getByTestId('confirmations').waitFor();
  await shoot(1_800);
  for (const id of ['bar-confirm-one', 'bar-confirm-one']) {
    if (await page.getByTestId(id).isVisible()) await page.getByTestId(id).click();
    await shoot(1_000);
  }
  await board.getByTestId('clock-by-1m').click();
  await board.getByTestId('clock-fired').waitFor();
  await page.waitForURL(/thanks/);
  await shoot(1_800);
  await board.getByTestId('clock-fired-close').click();
  await board.locator('[data-testid=entry][data-kind=webhook]').first().click();
  await board.getByTestId('attempt').first().waitFor();
  await shoot(3_000);
  return frames;
}

const browser = await open();
const server = await Server.start();
const folder = mkdtempSync(join(tmpdir(), 'playmoney-pictures-'));
try {
  mkdirSync(DOCS, { recursive: true });
  const sandbox = await server.known('default');
  const shop = await Shop.open(sandbox);
  const order = await morning(sandbox, shop);
  await stills(browser, server, order);
  const frames = await walk(browser, server, order, folder);
  const each = frames.flatMap((it) => ['-lossy', '-q', WALK.quality, '-d', `${it.milliseconds}`, it.path]);
  execFileSync('img2webp', ['-loop', '0', ...each, '-o', join(DOCS, 'walk.webp')]);
  await shop.close();
} finally {
  await Promise.all([browser.close(), server.stop()]);
  rmSync(folder, { recursive: true });
}
