// Receives webhooks of all providers at /SLUG and verifies them as docs/verify/node does. Prints its address.
const http = require('node:http');

const nonces = new Set();
const isNew = (nonce) => nonces.size < nonces.add(nonce).size;

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (it) => chunks.push(it));
  request.on('end', () => {
    const { headers, url } = request;
    const body = Buffer.concat(chunks);
    const name = url.split('?')[0].slice(1).replace('-', '_');
    const secret = process.env[name.toUpperCase()];
    const { verify } = require(`../../docs/verify/node/${name}.js`);
    const good = {
      quoine: () => verify(url, headers, body, '2', secret, isNew),
      quantapay: () => verify(body, secret),
    }[name] ?? (() => verify(headers, body, secret));
    response.writeHead(good() ? 204 : 401).end();
  });
});
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
