const { createHash, createHmac, timingSafeEqual } = require('node:crypto');

/** `target` is path and query of your address. `isNew(nonce)` keeps a nonce, and says whether it came for the first time. */
exports.verify = (target, headers, body, user, secret, isNew) => {
  const parts = [headers['content-type'], headers['content-md5'], target, headers.date, headers.nonce];
  if (parts.includes(undefined)) return false;
  const signature = createHmac('sha1', secret).update(parts.join(',')).digest('base64');
  const right = Buffer.from(`APIAuth ${user}:${signature}`);
  const given = Buffer.from(headers.authorization ?? '');
  if (given.length !== right.length || !timingSafeEqual(given, right)) return false;
  if (headers['content-md5'] !== createHash('md5').update(body).digest('base64')) return false;
  return Math.abs(Date.now() - Date.parse(headers.date)) <= 900_000 && isNew(headers.nonce);
};
