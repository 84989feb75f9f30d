// A shop that receives webhooks, in Node's standard library: node shop.js [DEFECT].
// Without a defect it does everything right: it knows an event by its id, never goes back, and delivers once. It prints its address and
// answers until it is ended. GET /orders/ID shows an order. Behind /jobs/N it is a shop with orders of its own.
const http = require('http');
const pause = ms => new Promise(done => setTimeout(done, ms));

const RANKS = { new: 0, pending: 1, paid: 3 };
const [orders, seen, rows] = [{}, new Set(), new Map()];
let queue = Promise.resolve();

// An event of either provider: its id, its order and its name.
function read(body) {
  if (body.webhook_id) return { id: body.webhook_id, order: body.data.order_id, name: body.event, status: body.data.status };
  return { id: body.id, order: body.data.id, name: body.type, status: body.data.status, failures: body.pendingWebhooks };
}

const orderOf = event => (orders[event.order] ||= { status: 'new', grants: 0, frozen: false });
const once = (event, work) => {
  if (!seen.has(event.id)) {
    seen.add(event.id);
    work();
  }
  return 200;
};
const isPaid = event => ['payment.confirmed', 'charge.succeeded'].includes(event.name);

function pay(order) {
  if (order.status !== 'paid') order.grants += 1;
  order.status = 'paid';
}

// A dispute that has ended stays so, whatever comes late.
function right(event) {
  return once(event, () => {
    const order = orderOf(event);
    if (event.name === 'charge.dispute.closed') order.closed = true;
    if (event.name.startsWith('charge.dispute')) order.frozen = !order.closed;
    if (isPaid(event)) pay(order);
    else if (event.name === 'payment.pending' && order.status === 'new') order.status = 'pending';
  });
}

const handlers = {
  right,
  grants_twice(event) {
    right(event);
    const order = orderOf(event);
    if (isPaid(event)) order.grants = (order.events = (order.events || 0) + 1);
    return 200;
  },
  toggles(event) {
    if (event.name.startsWith('charge.dispute')) orderOf(event).frozen = !orderOf(event).frozen;
    return isPaid(event) ? right(event) : 200;
  },
  freezes_late(event) {
    return once(event, () => {
      if (event.name.startsWith('charge.dispute')) orderOf(event).frozen = event.name.endsWith('created');
      if (isPaid(event)) pay(orderOf(event));
    });
  },
  ignores_while_frozen(event) {
    return isPaid(event) && orderOf(event).frozen ? 200 : right(event);
  },
  takes_retries_for_failures(event) {
    right(event);
    if (event.failures > 0) orderOf(event).status = 'failed';
    return 200;
  },
  goes_back(event) {
    const order = orderOf(event);
    if (isPaid(event)) pay(order);
    else if (event.name.startsWith('payment')) order.status = 'pending';
    return 200;
  },
  // A row with the same key, and nothing that catches it.
  crashes_on_the_second(event) {
    if (rows.has(event.id)) process.exit(1);
    rows.set(event.id, true);
    return right(event);
  },
  knows_by_order(event) {
    const key = `${event.order} ${event.name.split('.')[0]}`;
    if (seen.has(key) && !isPaid(event)) return 200;
    seen.add(key);
    orderOf(event).grants += isPaid(event) ? 1 : 0;
    orderOf(event).status = isPaid(event) ? 'paid' : 'pending';
    return 200;
  },
  answers_before_it_looks(event) {
    const order = orderOf(event);
    if (isPaid(event) && order.status === 'new') order.lost = true;
    if (!order.lost) right(event);
    return 200;
  },
  // A queue with one worker: it answers before the work is done, and does it for each event that comes.
  works_later(event) {
    queue = queue.then(() => pause(40)).then(() => handlers.grants_twice(event));
    return 200;
  },
  // Two requests that meet find the same row missing.
  async looks_then_works(event) {
    if (rows.has(event.id)) return 200;
    await pause(30);
    rows.set(event.id, true);
    const order = orderOf(event);
    order.grants += isPaid(event) ? 1 : 0;
    if (isPaid(event)) order.status = 'paid';
    else if (order.status === 'new') order.status = 'pending';
    return 200;
  },
  refuses_what_is_done(event) {
    return orderOf(event).status === 'paid' ? 410 : right(event);
  },
};

const handle = handlers[process.argv[2] || 'right'];
const shopOf = request => (/^\/jobs\/\d+\//.exec(request.url) || [''])[0];

const server = http.createServer((request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
    response.end(JSON.stringify(body));
  };
  if (request.method === 'GET') {
    answer(200, orders[shopOf(request) + request.url.split('/').pop()] || { status: 'new', grants: 0, frozen: false });
    return;
  }
  const parts = [];
  request.on('data', part => parts.push(part));
  request.on('end', async () => {
    const event = read(JSON.parse(Buffer.concat(parts)));
    event.order = shopOf(request) + event.order;
    answer(await handle(event), {});
  });
});
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
