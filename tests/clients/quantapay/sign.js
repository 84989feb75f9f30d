// API Overview, HMAC Signature, Example (Node.js): as the page prints it, and then a request in parts, as a browser's
// form makes it.
const crypto = require('crypto');
const webhookSecret = 'your-webhook-secret-key';
const price = '49.99';
const currency = 'usd';
const orderId = 'ORD-12345';
const timestamp = Math.floor(Date.now() / 1000);
const signData = `${price}|${currency}|${orderId}|${timestamp}`;
const signature = crypto.createHmac('sha256', webhookSecret).update(signData).digest('hex');
// The page ends here.
const form = new FormData();
const fields = { function: 'create-checkout-session', 'api-key': process.env.API_KEY, price, currency, order_id: orderId, signature, timestamp };
for (const [name, value] of Object.entries(fields)) form.append(name, value);
fetch(process.env.API_URL, { method: 'POST', body: form }).then(answer => answer.text()).then(console.log);
