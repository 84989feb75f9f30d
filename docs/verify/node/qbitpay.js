const { createHash, timingSafeEqual } = require('node:crypto');

/** `secret` is the API key, or the webhook secret if the account has one. The provider writes JSON as JavaScript does. */
exports.verify = (headers, body, secret) => {
  const event = JSON.parse(body);
  const written = (it) => (typeof it === 'string' ? it : JSON.stringify(it));
  const names = Object.keys(event).filter((it) => event[it] !== '' && event[it] !== null).sort();
  const signed = [...names.map((it) => `${it}=${written(event[it])}`), `key=${secret}`].join('&');
  const right = Buffer.from(createHash('md5').update(signed).digest('hex').toUpperCase());
  const signature = Buffer.from(headers['qbitpay-signature'] ?? '');
  return signature.length === right.length && timingSafeEqual(signature, right);
};
