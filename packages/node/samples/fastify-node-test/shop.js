// A shop that sells for bitcoins. It reads its address of Quoine and its keys from the environment.
import fastify from 'fastify';

import { accepts, signed } from './quoine.js';

const PATH = '/api/v1/invoices';

export function createShop(env = process.env) {
  const app = fastify();
  const orders = new Map();
  let sold = 0;
  const user = env.QUOINE_USER_ID;
  // The newest signs requests. While a secret is replaced, callbacks can have the old one.
  const secrets = [env.QUOINE_SECRET];

  app.post('/orders', async (request, reply) => {
    const order = `order ${(sold += 1)}`;
    const body = JSON.stringify({ price: request.body.price, name: order });
    const headers = signed(PATH, body, { user, secret: secrets[0] });
    const answer = await fetch(env.QUOINE_BASE_URL + PATH, { method: 'POST', headers, body }).catch((error) => error);
    if (!answer.ok) return reply.code(503).send({ error: 'Payments are not available now. Please try again later.' });
    const invoice = await answer.json();
    orders.set(order, { status: 'open', received: 0, shipped: 0 });
    return reply.code(201).send({ order, invoice: invoice.id, address: invoice.bitcoin_address });
  });

  app.get('/orders/:order', (request, reply) => orders.get(request.params.order) ?? reply.code(404).send({ error: 'No such order.' }));

  app.register(async (webhooks) => {
    // The signature is that of the bytes.
    webhooks.removeContentTypeParser('application/json');
    webhooks.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
    webhooks.post('/webhooks/quoine', async (request, reply) => {
      if (!secrets.some((secret) => accepts(request.url, request.headers, request.body, { user, secret }))) {
        return reply.code(401).send({ status: 'fail' });
      }
      const { invoice } = JSON.parse(request.body);
      const order = orders.get(invoice.name);
      // The callback was faster than the answer to the call: Quoine sends it again.
      if (!order) return reply.code(503).send({ status: 'fail' });
      apply(order, invoice);
      return { status: 'success' };
    });
  });

  app.decorate('addSecret', (secret) => secrets.unshift(secret));
  return app;
}

/** A callback can come twice, and behind a later one: only an open order changes. */
function apply(order, invoice) {
  if (order.status !== 'open') return;
  order.received = invoice.btc_balance;
  if (invoice.invoice_status === 'payment_expired') order.status = order.received > 0 ? 'to refund' : 'expired';
  if (invoice.invoice_status === 'payment_confirmed') Object.assign(order, { status: 'paid', shipped: order.shipped + 1 });
}
