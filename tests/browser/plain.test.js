// The pages without JavaScript: they can be read, their forms work, and they follow what happens by loading themselves anew.
import assert from 'node:assert/strict';

import { goes, scene, shows, text, until } from './harness.js';
import { fits } from './hostile.js';

const PLAIN = { javaScriptEnabled: false };

const panel = (page) => page.getByTestId('panel').getAttribute('data-panel').catch(() => null);
const status = (page) => page.getByTestId('status').getAttribute('data-status').catch(() => null);

scene('plain: quantapay', async ({ page, shop, sandbox }) => {
  const { page: address } = await shop.quantapay();
  await page.goto(address);
  await page.getByTestId('coin').selectOption('ltc');
  await page.getByTestId('choose-coin').click();
  await shows(page, 'address', /./);
  await shows(page, 'countdown', /./);
  await fits(page, page.viewportSize());
  await page.getByTestId('pay').click();
  await until(() => panel(page), 'seen', 'panel');
  await sandbox.advance('1h');
  await goes(page, `${shop.url}/thanks`);
}, PLAIN);

scene('plain: cryptopay', async ({ page, shop, sandbox }) => {
  const { page: address } = await shop.cryptopay();
  await page.goto(address);
  await shows(page, 'address', /^0x/);
  await page.getByTestId('pay').click();
  await shows(page, 'confirmations', /./);
  await sandbox.advance('2m');
  await goes(page, `${shop.url}/thanks`);
}, PLAIN);

scene('plain: quantum-payouts', async ({ page, shop }) => {
  const { page: address } = await shop.payout();
  await page.goto(address);
  await page.getByTestId('pan').fill('4111111111111111');
  await page.getByTestId('submit-card').click();
  await goes(page, `${shop.url}/thanks`);
}, PLAIN);

scene('plain: qbitpay', async ({ page, shop }) => {
  const { page: address } = await shop.charge();
  await page.goto(address);
  await shows(page, 'amount', /./);
  await page.getByTestId('buyer-paid').click();
  await goes(page, `${shop.url}/thanks`);
}, PLAIN);

scene('plain: quoine', async ({ page, shop }) => {
  const { page: address } = await shop.invoice();
  await page.goto(address);
  assert.match(await text(page, 'address'), /^[13]/);
  await page.getByTestId('pay').click();
  await until(() => status(page), 'unconfirmed', 'status');
}, PLAIN);

scene('plain: what needs a script cannot be used', async ({ page, shop }) => {
  const { page: address } = await shop.quantapay();
  await page.goto(address);
  for (const it of ['coin-search', 'bar-1m']) assert.ok(await page.getByTestId(it).isDisabled(), it);
  await page.getByTestId('choose-coin').click();
  await shows(page, 'address', /./);
  for (const it of ['copy-address', 'bar-pay-exact']) assert.ok(await page.getByTestId(it).isDisabled(), it);
  assert.ok(await page.getByTestId('pay').isEnabled());
}, PLAIN);
