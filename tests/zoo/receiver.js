// A receiver of webhooks in Node's standard library: node receiver.js PROVIDER [DEFECT].
// Without a defect it does everything right. It prints its address and answers until it is ended. GET shows what it has booked.
const crypto = require('crypto');
const http = require('http');

const [provider, defect] = process.argv.slice(2);
const { WEBHOOK_SECRET: secret, OTHER_SECRET: otherSecret = '' } = process.env;
// From the first to the last.
const STATUSES = {
  cryptopay: ['payment.pending', 'payment.confirmed'],
  qbitpay: ['charge.dispute.created', 'charge.dispute.closed', 'charge.succeeded'],
}[provider];
const MEMBERS = ['createdAt', 'data', 'id', 'livemode', 'object', 'pendingWebhooks', 'type'];
const events = new Set();
const orders = {};

function same(one, other) {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && crypto.timingSafeEqual(a, b);
}

function verifyBytes(headers, raw) {
  const signature = headers['x-webhook-signature'];
  if (defect === 'signature_optional' && !signature) return true;
  if (defect === 'trusts_the_order' && !raw.toString().startsWith('{"event":"')) return false;
  const algorithm = defect === 'algorithm_by_length' && (signature || '').length === 40 ? 'sha1' : 'sha256';
  const secrets = defect === 'any_known_secret' ? [secret, otherSecret] : [secret];
  return secrets.some(it => {
    const right = crypto.createHmac(algorithm, it).update(raw).digest('hex');
    if (defect === 'compares_length') return (signature || '').length === right.length;
    return same(signature || '', right);
  });
}

// The text of each value as it arrived: a number or an object that is printed anew can look different.
function members(text) {
  const found = {};
  let [depth, quoted, begin, name] = [0, false, 1, null];
  const add = end => {
    if (name !== null) found[name] = text.slice(begin, end).trim();
    [name, begin] = [null, end + 1];
  };
  for (let at = 0; at < text.length; at += 1) {
    const it = text[at];
    if (quoted) {
      if (it === '\\') at += 1;
      else if (it === '"') quoted = false;
    } else if (it === '"') quoted = true;
    else if (it === '{' || it === '[') depth += 1;
    else if (it === '}' || it === ']') {
      depth -= 1;
      if (depth === 0) add(at);
    } else if (it === ':' && depth === 1 && name === null) {
      name = JSON.parse(text.slice(begin, at));
      begin = at + 1;
    } else if (it === ',' && depth === 1) add(at);
  }
  return found;
}

function verifyMembers(headers, raw) {
  const all = members(raw.toString());
  let names = defect === 'fixed_members' ? MEMBERS : Object.keys(all);
  if (defect !== 'does_not_sort') names = [...names].sort();
  const value = it => (it.startsWith('"') ? JSON.parse(it) : it);
  const pairs = names.map(name => [name, value(all[name])]).filter(it => it[1] !== '' && it[1] !== 'null');
  const text = `${pairs.map(([name, it]) => `${name}=${it}`).join('&')}&key=${secret}`;
  const signature = headers['qbitpay-signature'] || '';
  const hmac = () => crypto.createHmac('sha256', secret).update(text).digest('hex').toUpperCase();
  if (defect === 'second_step' && same(signature, hmac())) return true;
  const right = crypto.createHash('md5').update(text).digest('hex').toUpperCase();
  if (defect === 'compares_beginning') return signature.slice(0, 8) === right.slice(0, 8);
  return same(signature, right);
}

const verify = { cryptopay: verifyBytes, qbitpay: verifyMembers }[provider];

function book(body) {
  const [id, order, status] = provider === 'cryptopay' ? [body.webhook_id, body.data.order_id, body.event] : [body.id, body.data.id, body.type];
  if (events.has(id) && defect !== 'credits_twice') return 200;
  events.add(id);
  const place = STATUSES.indexOf(status);
  if (place < 0) return defect === 'crashes_on_unknown_events' ? 500 : 200;
  if (defect === 'knows_no_orders') return 404;
  if (!orders[order]) orders[order] = { place, credited: 0 };
  if (defect === 'goes_back' || orders[order].place < place) orders[order].place = place;
  const isPaid = place === STATUSES.length - 1;
  if (isPaid && (defect === 'credits_twice' || orders[order].credited === 0)) orders[order].credited += 1;
  return 200;
}

const server = http.createServer((req, res) => {
  const chunks = [];
  req.on('data', chunk => chunks.push(chunk));
  req.on('end', () => {
    if (req.method === 'GET') {
      res.end(JSON.stringify(orders));
      return;
    }
    const raw = Buffer.concat(chunks);
    res.statusCode = verify(req.headers, raw) ? book(JSON.parse(raw)) : 401;
    if (defect === 'resets_forgeries' && res.statusCode === 401) {
      req.socket.resetAndDestroy();
      return;
    }
    res.end();
  });
});
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
