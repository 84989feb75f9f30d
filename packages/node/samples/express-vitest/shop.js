// A shop that sells for stablecoins. It reads its address of CryptoPay and its keys from the environment.
import { createHmac, timingSafeEqual } from 'node:crypto';

import express from 'express';

/** What each event makes of an order. */
const STATUSES = { 'payment.confirmed': 'paid', 'payment.failed': 'underpaid', 'order.expired': 'expired' };

export function createShop(env = process.env) {
  const app = express();
  const orders = new Map();
  // While a secret is replaced, the old one and the new one are right.
  const secrets = [env.CRYPTOPAY_WEBHOOK_SECRET];
  let nonce = 0;

  app.post('/orders', express.json(), async (request, response) => {
    const answer = await fetch(`${env.CRYPTOPAY_BASE_URL}/api/payment-orders/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${env.CRYPTOPAY_API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...request.body, currency: 'USDC', blockchain: 'base', order_info: '{}', nonce: (nonce += 1) }),
    }).catch((error) => console.warn(`CryptoPay cannot be reached: ${error.message}`));
    if (answer?.status !== 201) return response.status(503).json({ error: 'Payments are not available now. Please try again later.' });
    const { data } = await answer.json();
    orders.set(data.order_id, { status: 'open', shipped: 0 });
    response.status(201).json({ id: data.order_id, payAt: data.payment_url });
  });

  app.get('/orders/:id', (request, response) => {
    const order = orders.get(request.params.id);
    return order ? response.json(order) : response.sendStatus(404);
  });

  app.post('/webhooks/cryptopay', express.raw({ type: '*/*' }), (request, response) => {
    if (!secrets.some((it) => isSigned(request, it))) return response.sendStatus(401);
    const { event, data } = JSON.parse(request.body);
    const order = orders.get(data.order_id);
    // The event was faster than the answer to the call: CryptoPay sends it again.
    if (!order) return response.sendStatus(503);
    apply(order, STATUSES[event]);
    response.sendStatus(204);
  });

  return Object.assign(app, { addSecret: (secret) => secrets.push(secret) });
}

function isSigned(request, secret) {
  const right = createHmac('sha256', secret).update(request.body).digest();
  const sent = Buffer.from(request.get('x-webhook-signature') ?? '', 'hex');
  return sent.length === right.length && timingSafeEqual(sent, right);
}

/** An event can come twice, and behind a later one: only an open order changes. */
function apply(order, status) {
  if (order.status !== 'open' || !status) return;
  order.status = status;
  if (status === 'paid') order.shipped += 1;
}
