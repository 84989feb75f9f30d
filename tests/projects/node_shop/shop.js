// A shop that sells for stablecoins. It reads its address of CryptoPay and its keys from the environment.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

export class Shop {
  #env;
  #server;
  orders = new Map();

  constructor(env = process.env) {
    this.#env = env;
  }

  /** Starts to receive webhooks. */
  async open() {
    this.#server = createServer((request, response) => this.#hear(request, response)).listen(0, '127.0.0.1');
    await new Promise((resolve) => this.#server.once('listening', resolve));
  }

  close() {
    this.#server.close();
  }

  /** The order that the customer has to pay. */
  async sell(product, amount) {
    const { port } = this.#server.address();
    const body = { amount, currency: 'USDC', blockchain: 'base', order_info: JSON.stringify({ product }) };
    const order = await this.#call('payment-orders/', { ...body, nonce: this.orders.size + 1, webhook_url: `http://127.0.0.1:${port}/cryptopay` });
    this.orders.set(order.order_id, 'open');
    return order.order_id;
  }

  async #call(path, body) {
    const headers = { authorization: `Bearer ${this.#env.CRYPTOPAY_API_KEY}`, 'content-type': 'application/json' };
    const init = body && { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${this.#env.CRYPTOPAY_BASE_URL}/api/${path}`, { headers, ...init });
    const { success, data, error } = await answer.json();
    if (!success) throw new Error(`${answer.status} ${error.code}`);
    return data;
  }

  async #hear(request, response) {
    const body = Buffer.concat(await request.toArray());
    const right = createHmac('sha256', this.#env.CRYPTOPAY_WEBHOOK_SECRET).update(body).digest();
    const sent = Buffer.from(request.headers['x-webhook-signature'] ?? '', 'hex');
    const isRight = sent.length === right.length && timingSafeEqual(sent, right);
    if (isRight) this.#apply(JSON.parse(body));
    response.writeHead(isRight ? 200 : 401).end();
  }

  /** An event can come twice, and an older one after a newer one. */
  #apply({ event, data }) {
    const status = { 'payment.confirmed': 'shipped', 'order.expired': 'cancelled' }[event];
    if (status && this.orders.get(data.order_id) === 'open') this.orders.set(data.order_id, status);
  }
}
