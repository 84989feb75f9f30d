// Payments that are made by keys alone.
import { goes, scene, shows, until } from './harness.js';
import { press, write } from './keys.js';

scene('keyboard: a payer chooses a coin, pays and goes back', async ({ page, shop, sandbox }) => {
  const { page: address } = await shop.quantapay();
  await page.goto(address);
  await write(page, 'coin-search', 'litecoin');
  await page.keyboard.press('Enter');
  await shows(page, 'coin', /ltc/i);
  await press(page, 'bar-pay-exact');
  await shows(page, 'confirmations', /./);
  await sandbox.advance('1h');
  await goes(page, `${shop.url}/thanks`);
});

scene('keyboard: a recipient enters a card and presses Enter', async ({ page, shop }) => {
  const { page: address } = await shop.payout();
  await page.goto(address);
  await write(page, 'pan', '4111111111111111');
  await page.keyboard.press('Enter');
  await goes(page, `${shop.url}/thanks`);
});

scene('keyboard: a merchant logs in and changes the settings', async ({ page, sandbox }) => {
  const { username, password } = sandbox.credentials('quantum-payouts');
  await page.goto(`${sandbox.baseUrl('quantum-payouts')}/index.php?view=login`);
  await write(page, 'username', username);
  await write(page, 'password', password);
  await page.keyboard.press('Enter');
  await write(page, 'url', 'https://shop.test/new');
  await press(page, 'use-signature', 'Space');
  await press(page, 'save');
  const saved = async () => (await sandbox.ask('GET', 'accounts/quantum-payouts/default')).webhook_url;
  await until(saved, 'https://shop.test/new', 'address of webhooks');
});
