// The shop of the cookbook. It sells for tokens by CryptoPay, and pays its suppliers by Quantum Payouts.
const cryptopay = require('../verify/node/cryptopay.js');
const quantumPayouts = require('../verify/node/quantum_payouts.js');

const FINAL = ['success', 'failed', 'cancelled'];

exports.createShop = (env) => {
  const shop = Object.assign(receive, { orders: {}, ids: {}, payouts: {}, shipped: [], log: [] });
  // The new secret and the old one, while a rotation goes on.
  shop.secrets = [env.CRYPTOPAY_WEBHOOK_SECRET];

  /** Makes an order. While the provider is away it is `waiting`, and can be sold again. */
  shop.sell = async (order, amount) => {
    shop.orders[order] = 'waiting';
    const wanted = { amount, currency: 'USDC', blockchain: 'base', order_info: JSON.stringify({ order }), nonce: Object.keys(shop.ids).length + 1 };
    const answer = await post(env.CRYPTOPAY_BASE_URL, '/api/payment-orders/', env.CRYPTOPAY_API_KEY, wanted);
    if (answer === null) return;
    shop.ids[order] = answer.data.order_id;
    shop.orders[order] = 'open';
  };

  /** Pays a supplier. The payout is written down before the call, because a webhook can come before the answer. */
  shop.payOut = async (number, amount) => {
    shop.payouts[number] ??= 'asked';
    const wanted = { orderNumber: number, amount, description: 'wages', target: { pan: '4111111111111111' } };
    const answer = await post(env.QUANTUM_PAYOUTS_BASE_URL, '/api/v1/performPayout', env.QUANTUM_PAYOUTS_TOKEN, wanted);
    shop.log.push(answer === null ? 'no answer' : 'answer');
    if (answer !== null && shop.payouts[number] === 'asked') shop.payouts[number] = answer.orderStatus;
  };

  const hear = {
    '/webhooks/cryptopay': (headers, body) => {
      if (!shop.secrets.some((it) => cryptopay.verify(headers, body, it))) return false;
      const { data, event } = JSON.parse(body);
      const { order } = JSON.parse(data.order_info);
      if (shop.orders[order] === 'open' && event === 'payment.confirmed') {
        shop.orders[order] = 'paid';
        shop.shipped.push(order);
      } else if (shop.orders[order] === 'open' && event !== 'payment.pending') {
        shop.orders[order] = event.split('.')[1];
      }
      return true;
    },
    '/webhooks/quantum-payouts': (headers, body) => {
      if (!quantumPayouts.verify(headers, body, env.QUANTUM_PAYOUTS_WEBHOOK_SECRET)) return false;
      const { externalId, status } = JSON.parse(body).payout;
      shop.log.push(status);
      if (!FINAL.includes(shop.payouts[externalId])) shop.payouts[externalId] = status;
      return true;
    },
  };

  async function receive(request, response) {
    const chunks = [];
    for await (const it of request) chunks.push(it);
    response.writeHead(hear[request.url](request.headers, Buffer.concat(chunks)) ? 204 : 401).end();
  }
  return shop;
};

/** The answer, or null while the provider is away. */
async function post(url, path, key, body) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json; charset=UTF-8' };
  try {
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.ok) return await answer.json();
    if (answer.status < 500) throw Object.assign(new Error(await answer.text()), { refused: true });
  } catch (error) {
    if (error.refused) throw error;
  }
  return null;
}
