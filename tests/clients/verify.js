// Developer API, Code examples for signature verification, Node.js, in a server that offers what the page takes from
// Express: req.rawBody, req.get and res.status. Prints its address and answers until it is ended.
const http = require('http');
// Quirk: the page calls timingSafeEqual without importing it.
const { timingSafeEqual } = require('crypto');
const secret = process.env.WEBHOOK_SECRET;

function receive(req, res) {
  // As the page prints it:
  const crypto = require('crypto');
  const rawBody = req.rawBody; // unmodified body
  const normalized = JSON.stringify(JSON.parse(rawBody));
  const signature = req.get('X-Payouts-Signature') || '';
  const expected = 'sha256=' + crypto.createHmac('sha256', secret).update(normalized).digest('hex');
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) {
    return res.status(401).end();
  }
  // The page ends here.
  return res.status(200).end();
}

const server = http.createServer((req, res) => {
  const chunks = [];
  req.on('data', chunk => chunks.push(chunk));
  req.on('end', () => {
    req.rawBody = Buffer.concat(chunks).toString('utf8');
    req.get = name => req.headers[name.toLowerCase()];
    res.status = code => Object.assign(res, { statusCode: code });
    try {
      receive(req, res);
    } catch (error) {
      res.status(500).end(error.code); // what Express makes of a handler that throws
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
