// Every page that a payer or a recipient can meet, in each of its states: what leads there.

async function quantapay({ shop, sandbox, page }, coin, ...acts) {
  await sandbox.set('quantapay', { address_mode: 'fresh' });
  const { page: address, id } = await shop.quantapay({ description: 'Two pairs, size 42' });
  if (coin) await sandbox.act('quantapay', 'choose-coin', { session: id, cryptocurrency: coin });
  for (const [action, more] of acts) await sandbox.act('quantapay', action, { session: id, ...more });
  await page.goto(address);
}

async function cryptopay({ shop, sandbox, page }, ...acts) {
  const { page: address, id } = await shop.cryptopay({ redirect: undefined });
  for (const [action, more] of acts) await sandbox.act('cryptopay', action, { order: id, ...more });
  await page.goto(address);
}

async function payout({ shop, sandbox, page }, more, ...acts) {
  const { page: address, number } = await shop.payout({ description: 'Prize of the summer draw', ...more });
  for (const [action, details] of acts) await sandbox.act('quantum-payouts', action, { orderNumber: number, ...details });
  await page.goto(address);
}

async function charge({ shop, sandbox, page }, more, ...acts) {
  const { page: address, id } = await shop.charge(more);
  for (const [action, details] of acts) await sandbox.act('qbitpay', action, { charge: id, ...details });
  await page.goto(address);
}

async function invoice({ shop, sandbox, page }, ...acts) {
  const { page: address, id } = await shop.invoice();
  for (const [action, more] of acts) await sandbox.act('quoine', action, { invoice: id, ...more });
  await page.goto(address);
}

/** Lets time pass while the page is open, and opens it again. */
async function later(stage, opened, by) {
  await opened;
  await stage.sandbox.advance(by);
  await stage.page.reload();
}

async function portal({ sandbox, page }) {
  const { username, password } = sandbox.credentials('quantum-payouts');
  await page.goto(`${sandbox.baseUrl('quantum-payouts')}/index.php?view=login`);
  await page.getByTestId('username').fill(username);
  await page.getByTestId('password').fill(password);
  await page.getByTestId('log-in').click();
  await page.getByTestId('webhook-form').waitFor();
}

const CARD = ['submit-details', { pan: '4111111111111111' }];
const at = (provider, path) => ({ sandbox, page }) => page.goto(sandbox.baseUrl(provider) + path);

/** By provider and state: what opens the page in it. */
export const STATES = {
  'quantapay choose': (stage) => quantapay(stage),
  'quantapay pending': (stage) => quantapay(stage, 'ltc'),
  'quantapay seen': (stage) => quantapay(stage, 'btc', ['pay', {}]),
  'quantapay done': (stage) => later(stage, quantapay(stage, 'ltc', ['pay', {}]), '1h'),
  'quantapay underpaid': (stage) => later(stage, quantapay(stage, 'ltc', ['pay', { amount: 0.1 }]), '50m'),
  'quantapay expired': (stage) => later(stage, quantapay(stage, 'ltc'), '61m'),
  'quantapay choice expired': (stage) => later(stage, quantapay(stage), '61m'),
  'quantapay nothing': at('quantapay', '/pay.php?checkout_id=x'),
  'cryptopay waiting': (stage) => cryptopay(stage),
  'cryptopay seen': (stage) => cryptopay(stage, ['pay', {}]),
  'cryptopay confirmed': (stage) => later(stage, cryptopay(stage, ['pay', {}]), '2m'),
  'cryptopay failed': (stage) => cryptopay(stage, ['pay', {}], ['fail', {}]),
  'cryptopay expired': (stage) => later(stage, cryptopay(stage), '3h'),
  'cryptopay nothing': at('cryptopay', '/order/ORD-nobodys00000'),
  'quantum-payouts card': (stage) => payout(stage, { type: 'card' }),
  'quantum-payouts sbp': (stage) => payout(stage, { type: 'sbp' }),
  'quantum-payouts choice': async (stage) => {
    await stage.sandbox.set('quantum-payouts', { type_when_absent: 'choose' });
    await payout(stage, {});
  },
  'quantum-payouts received': (stage) => payout(stage, { type: 'card' }, CARD),
  'quantum-payouts success': (stage) => later(stage, payout(stage, { type: 'card' }, CARD), '1h'),
  'quantum-payouts failed': async (stage) => {
    await stage.sandbox.set('quantum-payouts', { pace: 'manual' });
    const [processing, failed] = ['processing', 'failed'].map((outcome) => ['settle', { outcome }]);
    await payout(stage, { type: 'card' }, CARD, processing, failed);
  },
  'quantum-payouts cancelled': (stage) => payout(stage, { type: 'card' }, ['settle', { outcome: 'cancelled' }]),
  'quantum-payouts expired': (stage) => later(stage, payout(stage, { type: 'card', sessionTimeoutSecs: 600 }), '1h'),
  'quantum-payouts nothing': at('quantum-payouts', '/static/payout.php?payout_id=9&token=x'),
  'quantum-payouts login': at('quantum-payouts', '/index.php?view=login'),
  'quantum-payouts settings': portal,
  'qbitpay pending': (stage) => charge(stage),
  'qbitpay bank account': (stage) => charge(stage, { quoteCurrency: 'CNY', paymentType: 'bankAccount' }),
  'qbitpay paypal': (stage) => charge(stage, { quoteCurrency: 'USD', paymentType: 'PayPal' }),
  'qbitpay buyer paid': (stage) => charge(stage, {}, ['buyer-paid', {}]),
  'qbitpay confirmed': (stage) => later(stage, charge(stage, {}, ['buyer-paid', {}]), '1h'),
  'qbitpay failed': (stage) => charge(stage, {}, ['fail-charge', {}]),
  'qbitpay disputed': (stage) => charge(stage, {}, ['buyer-paid', {}], ['dispute', {}]),
  'qbitpay expired': (stage) => later(stage, charge(stage), '31m'),
  'qbitpay nothing': at('qbitpay', '/pay?tradeId=nobody'),
  'quoine waiting': (stage) => invoice(stage),
  'quoine part paid': (stage) => invoice(stage, ['pay', { amount: 0.2 }]),
  'quoine unconfirmed': (stage) => invoice(stage, ['pay', {}]),
  'quoine paid': (stage) => later(stage, invoice(stage, ['pay', {}]), '3h'),
  'quoine expired': (stage) => later(stage, invoice(stage), '31m'),
  'quoine invalid': async (stage) => {
    await stage.sandbox.set('quoine', { pace: 'manual' });
    await later(stage, invoice(stage, ['pay', {}]), '4h');
  },
  'quoine nothing': at('quoine', '/pay/99'),
};
