// Quoine's signature: of the requests that the shop sends, and of the callbacks that it gets.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const FRESH_MS = 900_000;

export function signed(path, body, { user, secret }) {
  const headers = {
    'content-type': 'application/json',
    'content-md5': digest(body),
    date: new Date().toUTCString(),
    nonce: randomBytes(16).toString('hex'),
  };
  return { ...headers, authorization: signature(path, headers, user, secret) };
}

/** Whether a callback is signed with the secret, has this body, and is not an old one. */
export function accepts(path, headers, body, { user, secret }) {
  const right = Buffer.from(signature(path, headers, user, secret));
  const sent = Buffer.from(headers.authorization ?? '');
  const isSigned = sent.length === right.length && timingSafeEqual(sent, right);
  const isFresh = Math.abs(Date.now() - Date.parse(headers.date)) < FRESH_MS;
  return isSigned && isFresh && headers['content-md5'] === digest(body);
}

function signature(path, headers, user, secret) {
  const text = [headers['content-type'], headers['content-md5'], path, headers.date, headers.nonce].join(',');
  return `APIAuth ${user}:${createHmac('sha1', secret).update(text).digest('base64')}`;
}

function digest(body) {
  return createHash('md5').update(body).digest('base64');
}
