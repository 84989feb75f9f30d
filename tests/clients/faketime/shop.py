"""A shop that knows nothing of Playmoney. It sells by CryptoPay; its own job cancels an order after half an hour by its own clock, and the
provider tells by a webhook that the order has expired. It prints its address; GET answers with what has happened, and when."""

import json
import os
import threading
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HALF_AN_HOUR = timedelta(minutes=30)
happened = []
deadlines = []
state = {'looked_at': '', 'status': 200}
turn = threading.Lock()


def now():
    return datetime.now(timezone.utc)


def text(moment):
    return moment.isoformat(timespec='seconds').removesuffix('+00:00')


def note(what):
    happened.append(f'{what} {text(now())}')


def cancel_what_is_due():
    while True:
        with turn:
            present = now()
            for deadline in [it for it in deadlines if it <= present]:
                deadlines.remove(deadline)
                note('cancelled')
            state['looked_at'] = text(present)
        time.sleep(0.005)


def sell(webhooks):
    order = {'amount': '25.00', 'currency': 'USDC', 'blockchain': 'base', 'order_info': '{}', 'nonce': len(happened) + 1}
    more = {'expires_at': (now() + HALF_AN_HOUR).isoformat(), 'webhook_url': webhooks}
    headers = {'Authorization': f'Bearer {os.environ["CRYPTOPAY_API_KEY"]}', 'Content-Type': 'application/json'}
    url = f'{os.environ["CRYPTOPAY_BASE_URL"]}/api/payment-orders/'
    request = urllib.request.Request(url, json.dumps({**order, **more}).encode(), headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        note(f'sold {answer.status}')
    with turn:
        deadlines.append(now() + HALF_AN_HOUR)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == '/orders':
            sell(f'http://127.0.0.1:{server.server_port}/webhooks')
        if self.path == '/fail':
            state['status'] = 500
        self.answer(200, {'happened': happened, 'now': text(now()), 'looked_at': state['looked_at']})

    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers['Content-Length'])))['event']
        with turn:
            note(event)
        self.answer(state['status'], {})

    def answer(self, status, told):
        told = json.dumps(told).encode()
        self.send_response(status)
        self.send_header('Content-Length', str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format, *args):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=cancel_what_is_due, daemon=True).start()
print(f'127.0.0.1:{server.server_port}', flush=True)
server.serve_forever()
