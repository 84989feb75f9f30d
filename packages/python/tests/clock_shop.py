"""A shop in a process of its own, on the time of a sandbox.

Its own job cancels an order after half an hour, and the provider tells by a webhook that the order has expired. The job runs when the
time has moved, or it is a thread that looks again and again. The shop prints its address; GET answers with what has happened, and when.
"""

import json
import os
import sys
import threading
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODULE, JOB = sys.argv[1:]
sys.modules[{'time_machine': 'freezegun', 'freezegun': 'time_machine'}[MODULE]] = None  # type: ignore[assignment]

import playmoney  # noqa: E402

HALF_AN_HOUR = timedelta(minutes=30)
happened: list[str] = []
deadlines: list[datetime] = []
looked_at = ''
turn = threading.RLock()


def now() -> datetime:
    return datetime.now(timezone.utc)


def note(what: str) -> None:
    happened.append(f'{what} {now().isoformat()}')


def cancel_what_is_due(moment: object = None) -> None:
    global looked_at
    with turn:
        present = now()
        for deadline in [it for it in deadlines if it <= present]:
            deadlines.remove(deadline)
            note('cancelled')
        looked_at = present.isoformat()


def look_again_and_again() -> None:
    while True:
        cancel_what_is_due()
        time.sleep(0.005)


def sell(webhooks: str) -> None:
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
    def do_GET(self) -> None:
        clock.look()
        if self.path == '/orders':
            sell(f'http://127.0.0.1:{server.server_port}/webhooks')
        if self.path == '/stop':
            clock.stop()
        told = json.dumps({'happened': happened, 'now': now().isoformat(), 'looked_at': looked_at}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(told)

    def do_POST(self) -> None:
        clock.look()
        event = json.loads(self.rfile.read(int(self.headers['Content-Length'])))['event']
        with turn:
            note(event)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


clock = playmoney.follow_clock(on_move=cancel_what_is_due if JOB == 'on_move' else None)
server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
if JOB == 'thread':
    threading.Thread(target=look_again_and_again, daemon=True).start()
print(f'http://127.0.0.1:{server.server_port}', flush=True)
server.serve_forever()
