const { createHmac, timingSafeEqual } = require('node:crypto');

/** The minified body is signed: decoded and encoded again, without white space and without escapes. */
exports.verify = (headers, body, secret) => {
  const minified = JSON.stringify(JSON.parse(body));
  const right = Buffer.from(`sha256=${createHmac('sha256', secret).update(minified).digest('hex')}`);
  const signature = Buffer.from(headers['x-payouts-signature'] ?? '');
  return signature.length === right.length && timingSafeEqual(signature, right);
};
