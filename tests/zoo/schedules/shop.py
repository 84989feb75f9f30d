"""A shop that receives webhooks, in Python's standard library: python3 shop.py [DEFECT].

Without a defect it does everything right: it knows an event by its meaning, never goes back, and delivers once. It prints its address and
answers until it is ended. GET /orders/ID shows an order.
"""
import datetime
import email.utils
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

RANKS = {'new': 0, 'pending': 1, 'expired': 2, 'paid': 3, 'uploaded': 1, 'created': 2, 'processing': 3, 'success': 4}
FINAL = ('paid', 'success')
orders, memory = {}, SimpleNamespace(seen=set(), last=None, sent={}, current=None, locked=set())


def moment(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def read(headers, body):
    """An event of either provider: its id, its order, the status that it tells, when that was, and when it was sent."""
    if 'payout' in body:
        it = body['payout']
        return SimpleNamespace(
            id=body['eventId'], order=it['externalId'], status=it['status'], at=moment(body['occurredAt']),
            sent=float(headers['X-Payouts-Timestamp']), nonce=headers['X-Payouts-Timestamp'],
        )
    it = body['invoice']
    status = {'payment_detected': 'pending', 'payment_confirmed': 'paid', 'payment_expired': 'expired'}[it['invoice_status']]
    sent = email.utils.parsedate_to_datetime(headers['Date']).timestamp()
    return SimpleNamespace(
        id=f"{it['id']} {it['system_status']}", order=str(it['id']), status=status, at=moment(it['updated_at']), sent=sent,
        nonce=headers['NONCE'], born=moment(it['created_at']),
    )


def order_of(event):
    return orders.setdefault(event.order, {'status': 'new', 'grants': 0})


def move(order, status):
    """Moves an order on, never back, and delivers when it gets to its end."""
    if RANKS[order['status']] < RANKS[status]:
        order['status'] = status
        order['grants'] += status in FINAL
    return 200


def right(event):
    if event.id in memory.seen:
        return 200
    memory.seen.add(event.id)
    return move(order_of(event), event.status)


def asks_again(event):
    """Right too: it refuses what it does not expect yet, and the provider sends it again."""
    if event.order not in orders and event.status in FINAL:
        return 503
    return right(event)


def grants_twice(event):
    order = order_of(event)
    order['status'] = max(order['status'], event.status, key=RANKS.get)
    order['grants'] += event.status in FINAL and not event.id.endswith('complete')
    return 200


def knows_the_last_only(event):
    again, memory.last = memory.last == event.id, event.id
    return 200 if again else grants_twice(event)


def knows_by_nonce(event):
    if event.nonce in memory.seen:
        return 200
    memory.seen.add(event.nonce)
    return grants_twice(event)


def forgets_after_ten_minutes(event):
    known = event.sent - memory.sent.setdefault(event.id, event.sent - 1e9) < 600
    memory.sent[event.id] = event.sent
    return 200 if known else grants_twice(event)


def notes_before_it_works(event):
    if event.id in memory.seen:
        return 200
    memory.seen.add(event.id)
    if event.order not in orders and event.status in FINAL:
        return 500
    return move(order_of(event), event.status)


def goes_back(event):
    order = order_of(event)
    order['grants'] += event.status in FINAL and order['grants'] == 0
    order['status'] = event.status
    return 200


def needs_the_first(event):
    if event.order not in orders and event.status in FINAL:
        return 200
    return right(event)


def strict_steps(event):
    order = order_of(event)
    steps = ['new', 'uploaded', 'created', 'processing', 'success']
    if steps.index(event.status) == steps.index(order['status']) + 1:
        move(order, event.status)
    return 200


def counts_steps(event):
    order = order_of(event)
    order['steps'] = order.get('steps', 0) + 1
    order['status'] = ['new', 'uploaded', 'created', 'processing', 'success', 'closed'][min(order['steps'], 5)]
    order['grants'] += order['status'] == 'success'
    return 200


def refuses_again(event):
    if event.id in memory.seen:
        return 409
    return right(event)


def locks_for_ever(event):
    if event.order in memory.locked:
        return 423
    if event.status not in FINAL:
        memory.locked.add(event.order)
    status = right(event)
    if event.status in FINAL or event.sent == event.at:
        memory.locked.discard(event.order)
    return status


def refuses_old_events(event):
    return 400 if 300 < event.sent - event.at else right(event)


def judges_by_arrival(event):
    late = event.status == 'paid' and 1800 < event.sent - event.born
    return move(order_of(event), 'expired' if late else event.status)


def opens_again(event):
    order = order_of(event)
    if order['status'] == 'expired' and event.status == 'pending':
        order['status'] = 'pending'
        return 200
    return move(order, event.status)


def delivers_the_current(event):
    if event.status == 'pending':
        memory.current = event.order
    elif event.status == 'paid':
        event.order = memory.current or event.order
    return move(order_of(event), event.status)


def takes_repeats_for_orders(event):
    event.order = f'{event.order} again' if event.id in memory.seen and event.status in FINAL else event.order
    if event.order.endswith('again'):
        order_of(SimpleNamespace(order=event.order[:-6]))['grants'] += 1
    memory.seen.add(event.id)
    return move(order_of(event), event.status)


def guards_by_a_flag(event):
    """It delivers whenever it comes to the end, and an older event that comes late takes it away from there."""
    order = order_of(event)
    order['grants'] += event.status in FINAL and order['status'] != event.status
    order['status'] = event.status
    return 200


handle = globals()[sys.argv[1] if len(sys.argv) > 1 else 'right']
lock = threading.Lock()


class Shop(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        with lock:
            status = handle(read(self.headers, body))
        self.answer(status, {})

    def do_GET(self):
        url = urlsplit(self.path)
        with lock:
            order = dict(orders.get(url.path.rsplit('/', 1)[1], {'status': 'new', 'grants': 0}))
            other = parse_qs(url.query).get('and')
            if other:
                order['other'] = orders.get(other[0], {})
        self.answer(200, order)

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Shop)
print('%s:%d' % server.server_address, flush=True)
server.serve_forever()
