// A shop that sells with all five providers, and the addresses at which it receives its customers.
import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';

export class Shop {
  #sandbox;
  #server;
  #asked = 0;
  /** The paths that browsers have come to, in order. */
  visited = [];

  static async open(sandbox) {
    const shop = new Shop();
    shop.#sandbox = sandbox;
    shop.#server = createServer((request, response) => shop.#receive(request, response)).listen(0, '127.0.0.1');
    await new Promise((resolve) => shop.#server.once('listening', resolve));
    return shop;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  close() {
    // In this order: a connection that comes between the two would keep the server open.
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    return closed;
  }

  /** A page of the shop that has the page of that address in a frame. */
  framing(address) {
    return `${this.url}/frame?${new URLSearchParams({ address })}`;
  }

  #receive(request, response) {
    if (request.method === 'GET' && request.url !== '/favicon.ico') this.visited.push(request.url);
    const address = new URL(request.url, this.url).searchParams.get('address');
    const inside = address ? `<iframe src="${address}" width="600" height="800" title="Payment"></iframe>` : '<h1>Thank you</h1>';
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><html lang="en"><title>Shop</title>${inside}</html>`);
  }

  /** A checkout of QuantaPay; the coin is not chosen yet. */
  async quantapay({ price = '49.99', currency = 'USD', redirect = `${this.url}/thanks`, title = 'Shoes', ...more } = {}) {
    const { api_key: key } = this.#sandbox.credentials('quantapay');
    const fields = { function: 'create-checkout-session', 'api-key': key, price, currency, redirect, title, ...more };
    const answer = await fetch(`${this.#sandbox.baseUrl('quantapay')}/api.php`, { method: 'POST', body: new URLSearchParams(fields) });
    const { response } = await answer.json();
    return { page: response.payment_url, id: response.session_id };
  }

  /** An order of CryptoPay. */
  async cryptopay({ amount = '100.00', currency = 'USDC', blockchain = 'base', redirect = `${this.url}/thanks`, ...more } = {}) {
    this.#asked += 1;
    const body = { amount, currency, blockchain, order_info: '{}', nonce: this.#asked, redirect_url: redirect, ...more };
    const headers = { authorization: `Bearer ${this.#sandbox.credentials('cryptopay').api_key}` };
    const { data } = await this.#post('cryptopay', '/api/payment-orders/', body, headers);
    return { page: data.payment_url, id: data.order_id, data };
  }

  /** A payout of Quantum Payouts. */
  async payout({ number = `ORDER-${(this.#asked += 1)}`, amount = 150_000, fail = `${this.url}/failed`, type, ...more } = {}) {
    const urls = { returnUrl: `${this.url}/thanks`, failUrl: fail };
    const headers = { authorization: `Bearer ${this.#sandbox.credentials('quantum-payouts').token}` };
    const made = await this.#post('quantum-payouts', '/api/v1/createPayout', { orderNumber: number, amount, urls, type, ...more }, headers);
    return { page: made.payoutUrl, number };
  }

  /** A charge of QbitPay. */
  async charge({ amount = 100, order = `O-${(this.#asked += 1)}`, redirect = `${this.url}/thanks`, ...more } = {}) {
    const body = { amount, currency: 'USD', externalOrderId: order, cbUrl: `${this.url}/hook`, redirectUrl: redirect, ...more };
    const key = this.#sandbox.credentials('qbitpay').api_key;
    const headers = { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` };
    const made = await this.#post('qbitpay', '/api/v1/charges', body, headers);
    return { page: made.paymentPageUrl, id: made.id, made };
  }

  /** An invoice of Quoine. */
  async invoice({ price = '500.0', name = 'Shoes', ...more } = {}) {
    const body = JSON.stringify({ price, name, ...more });
    const { pathname } = new URL(`${this.#sandbox.baseUrl('quoine')}/api/v1/invoices`);
    const { user_id: user, secret } = this.#sandbox.credentials('quoine');
    const md5 = createHash('md5').update(body).digest('base64');
    const [date, nonce] = [new Date().toUTCString(), createHash('md5').update(`${(this.#asked += 1)}`).digest('hex')];
    const signature = createHmac('sha1', secret).update(`application/json,${md5},${pathname},${date},${nonce}`).digest('base64');
    const headers = { date, nonce, 'content-md5': md5, authorization: `APIAuth ${user}:${signature}` };
    const made = await this.#post('quoine', '/api/v1/invoices', body, headers);
    return { page: `${this.#sandbox.baseUrl('quoine')}/pay/${made.id}`, id: made.id, made };
  }

  async #post(provider, path, body, headers) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const init = { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } };
    const answer = await fetch(this.#sandbox.baseUrl(provider) + path, init);
    if (!answer.ok) throw new Error(`${provider}${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}
