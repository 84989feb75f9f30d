"""A receiver of webhooks in Python's standard library: python3 receiver.py PROVIDER [DEFECT].

Without a defect it does everything right. It prints its address and answers until it is ended. GET shows what it has booked.
The canonical text of Quoine is the one of the page's Ruby sample, which signs requests, in Python.
"""
import base64
import email.utils
import hashlib
import hmac
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROVIDER, DEFECT = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
SECRET, OTHER_SECRET = os.environ['WEBHOOK_SECRET'], os.environ.get('OTHER_SECRET', '')
# From the first to the last.
STATUSES = {
    'quantum-payouts': ['uploaded', 'created', 'processing', 'success'],
    'quoine': ['unconfirmed', 'confirmed', 'complete'],
    'quantapay': ['C'],
}[PROVIDER]

lock = threading.Lock()
nonces, events, orders, seen = set(), set(), {}, set()


def same(one, other):
    return hmac.compare_digest(one.encode(), other.encode())


def digest(secret, text, algorithm='sha256'):
    return hmac.new(secret.encode(), text.encode(), algorithm)


def verify_payout(headers, raw, _path):
    minified = json.dumps(json.loads(raw), separators=(',', ':'), ensure_ascii=False)
    signature = headers.get('X-Payouts-Signature')
    if DEFECT == 'signature_optional' and signature is None:
        return True
    algorithm, _, value = (signature or '').partition('=')
    if DEFECT != 'algorithm_from_header':
        algorithm = 'sha256'
    if algorithm not in ('sha256', 'sha1'):
        return False
    secrets = [SECRET, OTHER_SECRET] if DEFECT == 'any_known_secret' else [SECRET]
    for secret in secrets:
        right = digest(secret, minified, algorithm).hexdigest()
        if DEFECT == 'compares_beginning' and value[:16] == right[:16]:
            return True
        if same(signature or '', f'{algorithm}={right}'):
            return True
    return False


def verify_callback(headers, raw, path):
    scheme, _, credentials = headers.get('Authorization', '').partition(' ')
    user, _, signature = credentials.partition(':')
    md5, date, nonce = (headers.get(name, '') for name in ('Content-MD5', 'Date', 'NONCE'))
    algorithm = 'sha1'
    if DEFECT == 'algorithm_from_header' and scheme == 'APIAuth-HMAC-SHA256':
        scheme, algorithm = 'APIAuth', 'sha256'
    canonical = ','.join([headers.get('Content-Type', ''), md5, path, date, nonce])
    right = base64.b64encode(digest(SECRET, canonical, algorithm).digest()).decode()
    if DEFECT == 'signature_optional' and not scheme:
        return True
    if DEFECT == 'compares_beginning':
        signature, right = signature[:8], right[:8]
    if scheme != 'APIAuth' or user != '2' or not same(signature, right):
        return False
    if DEFECT != 'ignores_digest' and base64.b64encode(hashlib.md5(raw).digest()).decode() != md5:
        return False
    age = abs(time.time() - email.utils.parsedate_to_datetime(date).timestamp())
    if DEFECT != 'ignores_date' and age > 900:
        return False
    if DEFECT != 'forgets_nonces' and nonce in nonces:
        return False
    nonces.add(nonce)
    return True


def verify_key(_headers, raw, _path):
    key = json.loads(raw).get('key', '')
    if DEFECT == 'key_optional' and not key:
        return True
    if DEFECT == 'compares_beginning':
        return key[:8] == SECRET[:8]
    return same(key, SECRET)


VERIFY = {'quantum-payouts': verify_payout, 'quoine': verify_callback, 'quantapay': verify_key}[PROVIDER]


def read(body):
    """The event's id, the object's id, its status and its amount."""
    if PROVIDER == 'quantum-payouts':
        it = body['payout']
        return body['eventId'], it['id'], it['status'] if body['event'] == 'payout.status_changed' else None, it['amount']
    if PROVIDER == 'quoine':
        it = body['invoice']
        known = it['invoice_status'] in ('payment_detected', 'payment_confirmed')
        return None, it['id'], it['system_status'] if known else None, it['price']
    it = body['transaction']
    return None, it['id'], it['status'], it['amount']


def book(body):
    """Books an event that is genuine, and returns the status of the answer."""
    event, order, status, amount = read(body)
    if DEFECT == 'refuses_duplicates' and event in events:
        return 409
    if DEFECT != 'credits_twice' and event is not None and event in events:
        return 200
    events.add(event)
    if status not in STATUSES:
        return 400 if DEFECT == 'refuses_unknown_events' else 200
    if DEFECT == 'strict_members' and set(body) != {'event', 'eventId', 'occurredAt', 'payout'}:
        return 422
    own = orders.setdefault(order, {'status': status, 'amount': amount, 'credited': 0})
    if DEFECT == 'goes_back' or STATUSES.index(own['status']) < STATUSES.index(status):
        own['status'] = status
    if status == STATUSES[-1] and (own['credited'] == 0 or DEFECT == 'credits_twice'):
        own['credited'] += 1
    return 200


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        raw = self.rfile.read(int(self.headers['Content-Length']))
        with lock:
            body = json.loads(raw)
            if DEFECT == 'works_before_verifying':
                seen.add(str(read(body)[3]))
            genuine = DEFECT == 'no_verification' or VERIFY(self.headers, raw, self.path)
            status = book(body) if genuine else 401
        if DEFECT == 'slow':
            time.sleep(7.3)
        self.answer(302 if DEFECT == 'redirects' else status, b'')

    def do_GET(self):
        with lock:
            self.answer(200, json.dumps([orders, sorted(seen)]).encode())

    def answer(self, status, body):
        self.send_response(status)
        if status == 302:
            self.send_header('Location', '/login')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Receiver)
print('%s:%d' % server.server_address, flush=True)
server.serve_forever()
