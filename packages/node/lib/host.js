'use strict';
// Serves the application of a test. The address has to be known before the application is made, because its sandbox needs it.
const { createServer } = require('node:http');

/** An address without an application. `serve` takes the application later. */
async function listen() {
  let handle = (request, response) => response.writeHead(503).end('The application is being made.\n');
  const server = createServer((request, response) => handle(request, response));
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    serve: async (app) => (handle = await listener(app)),
    close: () => {
      server.closeAllConnections?.();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The function that answers requests: of Express, Koa's `callback()`, Fastify, or a server of node:http. */
async function listener(app) {
  if (typeof app === 'function') return app;
  if (typeof app?.ready === 'function') await app.ready();
  const server = [app, app?.server, app?.listener].find((it) => typeof it?.emit === 'function' && it.listenerCount('request') > 0);
  if (server) return (request, response) => server.emit('request', request, response);
  throw new TypeError('`app` has to return a function of (request, response), a server of node:http, or an object with such a `server`.');
}

module.exports = { listen };
