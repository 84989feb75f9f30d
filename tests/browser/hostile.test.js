// Every stored text that a page for payers can show is shown as text and breaks no layout.
import { TEXTS, cut, staysWhole } from './hostile.js';
import { scene } from './harness.js';

/** The pages that show what a shop or a person has written: what makes one with that text, and what of it the page has to show. */
const PAGES = {
  'quantapay, choice of coins': async ({ shop, page }, text) => {
    const title = cut(text, 4_096);
    const { page: address } = await shop.quantapay({ title, description: title, external_reference: cut(text, 255), redirect: '' });
    await page.goto(address);
    return [title];
  },
  'quantapay, from a link': async ({ page, sandbox }, text) => {
    const title = cut(text, 800);
    const query = new URLSearchParams({ price: '20', currency: 'eur', title, description: title, pay: title, lang: title, plugin: title });
    await page.goto(`${sandbox.baseUrl('quantapay')}/pay.php?${query}&cloud=${sandbox.credentials('quantapay').api_key}`);
    return [title];
  },
  'quantapay, payment': async ({ shop, page, sandbox }, text) => {
    const title = cut(text, 4_096);
    const { page: address, id } = await shop.quantapay({ title, description: title });
    await sandbox.act('quantapay', 'choose-coin', { session: id, cryptocurrency: 'ltc' });
    await page.goto(address);
    return [title];
  },
  cryptopay: async ({ shop, page }, text) => {
    const { page: address } = await shop.cryptopay({ order_info: JSON.stringify({ product: text }) });
    await page.goto(address);
    return [];
  },
  'quantum-payouts, payout': async ({ shop, page }, text) => {
    const description = cut(text, 600);
    const { page: address } = await shop.payout({ description });
    await page.goto(address);
    return [description];
  },
  'quantum-payouts, portal': async ({ page, sandbox }, text) => {
    const { username, password } = sandbox.credentials('quantum-payouts');
    const company = cut(text, 120);
    await sandbox.set('quantum-payouts', { company });
    await page.goto(`${sandbox.baseUrl('quantum-payouts')}/index.php?view=login`);
    await page.getByTestId('username').fill(text);
    await page.getByTestId('password').fill('wrong');
    await page.getByTestId('log-in').click();
    await page.getByTestId('fault').waitFor();
    await staysWhole(page);
    await page.getByTestId('username').fill(username);
    await page.getByTestId('password').fill(password);
    await page.getByTestId('log-in').click();
    await page.getByTestId('company').waitFor();
    return [company];
  },
  qbitpay: async ({ shop, page }, text) => {
    const order = cut(text, 5_000);
    const { page: address } = await shop.charge({ order });
    await page.goto(address);
    return [order];
  },
  quoine: async ({ shop, page }, text) => {
    const name = cut(text, 255);
    const { page: address } = await shop.invoice({ name, data: text });
    await page.goto(address);
    return [name];
  },
};

for (const [name, open] of Object.entries(PAGES)) {
  scene(`hostile texts: ${name}`, async (stage) => {
    for (const text of Object.values(TEXTS)) await staysWhole(stage.page, await open(stage, text));
  });
}
