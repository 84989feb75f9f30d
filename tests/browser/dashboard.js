// The dashboard of a sandbox, as the tests open and read it.
import { until } from './harness.js';

/** Opens it, at a place that its hash names, and waits until it hears what happens. */
export async function openDashboard(page, { url }, hash = '') {
  await page.goto(`${url}/__admin/${hash}`);
  await isLive(page);
}

export function isLive(page) {
  return until(() => page.getByTestId('connection').getAttribute('data-state'), 'live', 'connection');
}

/** Goes to a section. */
export async function section(page, name) {
  if (await page.getByTestId('menu').isVisible()) await page.getByTestId('menu').click();
  await page.getByTestId(`nav-${name}`).click();
}

/** Rows of the timeline of that kind; `words` is what they have to contain. */
export function entries(page, kind, words = '') {
  const rows = kind ? page.locator(`[data-testid=entry][data-kind=${kind}]`) : page.getByTestId('entry');
  return words ? rows.filter({ hasText: words }) : rows;
}

/** A sandbox in which much has happened: objects of all providers, webhooks that arrived and that failed, a rule that fired, a walk. */
export async function busy(stage) {
  const { sandbox, shop } = stage;
  const inbox = `${sandbox.url}/__admin/inbox/shop`;
  for (const it of ['quantapay', 'qbitpay', 'quantum-payouts', 'quoine']) await sandbox.set(it, { webhook_url: inbox });
  await sandbox.ask('PUT', 'inbox/shop/script', { respond: [500, 200] });
  const rule = { on: 'quantum-payouts.features', when: { times: 1 }, then: { error: 'internal_error' } };
  await sandbox.ask('POST', 'rules', { name: 'features fail once', ...rule });
  const [checkout, order, payout, charge, invoice] = [
    await shop.quantapay(),
    await shop.cryptopay({ webhook_url: inbox }),
    await shop.payout({ unknown: 1 }),
    await shop.charge({ cbUrl: inbox }),
    await shop.invoice(),
  ];
  const token = { authorization: `Bearer ${sandbox.credentials('quantum-payouts').token}` };
  const api = `${sandbox.baseUrl('quantum-payouts')}/api/v1`;
  for (const path of ['features', 'features', 'nothing']) await fetch(`${api}/${path}`, { headers: token });
  await sandbox.act('quantapay', 'choose-coin', { session: checkout.id, cryptocurrency: 'ltc' });
  await sandbox.act('quantapay', 'pay', { session: checkout.id });
  await sandbox.act('cryptopay', 'pay', { order: order.id });
  await sandbox.act('quantum-payouts', 'submit-details', { orderNumber: payout.number, pan: '4111111111111111' });
  await sandbox.act('qbitpay', 'buyer-paid', { charge: charge.id });
  await sandbox.act('quoine', 'pay', { invoice: invoice.id });
  await sandbox.advance('5m');
  await shop.payout();
  return { checkout, order, payout, charge, invoice };
}
