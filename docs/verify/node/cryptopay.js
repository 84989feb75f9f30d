const { createHmac, timingSafeEqual } = require('node:crypto');

/** The bytes of the body are signed, so take them before a framework parses them. */
exports.verify = (headers, body, secret) => {
  const right = Buffer.from(createHmac('sha256', secret).update(body).digest('hex'));
  const signature = Buffer.from(headers['x-webhook-signature'] ?? '');
  return signature.length === right.length && timingSafeEqual(signature, right);
};
