// Small things that a payer does on a page: copies an address, searches a coin, mistypes a number, pays inside a frame of the shop.
import assert from 'node:assert/strict';

import { scene, shows, text, until } from './harness.js';

scene('details: address and amount are copied, and it is said', async (stage) => {
  const page = await stage.newPage({ permissions: ['clipboard-read', 'clipboard-write'] });
  const { page: address } = await stage.shop.cryptopay();
  await page.goto(address);
  for (const it of ['address', 'amount']) {
    await page.getByTestId(`copy-${it}`).click();
    await shows(page, 'said', 'Copied');
    await shows(page, `copy-${it}`, /copied/i);
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await text(page, it));
  }
});

scene('details: it can be copied where a page has no clipboard', async (stage) => {
  const page = await stage.newPage({ permissions: ['clipboard-read', 'clipboard-write'] });
  const { page: address } = await stage.shop.invoice();
  await page.addInitScript(() => {
    window.readsClipboard = navigator.clipboard.readText.bind(navigator.clipboard);
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  await page.goto(address);
  await page.getByTestId('copy-address').click();
  await shows(page, 'said', 'Copied');
  assert.equal(await page.evaluate(() => window.readsClipboard()), await text(page, 'address'));
});

scene('details: a coin is found by its name', async ({ page, shop }) => {
  const { page: address } = await shop.quantapay();
  await page.goto(address);
  await page.getByTestId('coin-search').fill('doge');
  await until(() => page.getByTestId('coin').inputValue(), 'doge', 'chosen coin');
  await page.getByTestId('coin-search').fill('nothing has this name');
  await page.getByText('No coin has that name.').waitFor();
  await page.getByTestId('coin-search').fill('dog');
  await page.getByTestId('choose-coin').click();
  await shows(page, 'coin', /doge/i);
});

scene('details: a card number is judged when the field is left, and a fault goes while one mends it', async ({ page, shop }) => {
  const { page: address } = await shop.payout();
  await page.goto(address);
  const field = page.getByTestId('pan');
  await field.pressSequentially('41111111111');
  assert.equal(await text(page, 'pan-fault'), '');
  await field.blur();
  await shows(page, 'pan-fault', /13 digits/);
  await field.fill('4111111111111112');
  await shows(page, 'pan-fault', /check/);
  await page.getByTestId('submit-card').click();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'pan');
  await field.fill('4111111111111111');
  await shows(page, 'pan-fault', '');
});

scene('details: a page works in a frame of the shop', async ({ page, shop, sandbox }) => {
  const { page: address, id } = await shop.cryptopay();
  await page.goto(shop.framing(address));
  const frame = page.frameLocator('iframe');
  await frame.getByTestId('pay').click();
  await frame.getByTestId('confirmations').waitFor();
  await sandbox.advance('2m');
  await until(() => shop.visited, (all) => all.some((it) => it.startsWith(`/thanks?order_id=${id}`)), 'visits');
});
