const { timingSafeEqual } = require('node:crypto');

/** QuantaPay signs nothing. The body carries the secret itself. */
exports.verify = (body, secret) => {
  const [key, right] = [Buffer.from(String(JSON.parse(body).key)), Buffer.from(secret)];
  return key.length === right.length && timingSafeEqual(key, right);
};
