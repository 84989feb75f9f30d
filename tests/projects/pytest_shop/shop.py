"""A shop that sells for bitcoins. It reads its address of Quoine and its keys from the environment."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import requests


class Signed(requests.auth.AuthBase):
    """Quoine's signature: of the requests that the shop sends, and of the webhooks that it gets."""

    def __init__(self, user_id, secret):
        self.user_id, self.secret = user_id, secret

    def __call__(self, request):
        request.headers['Content-Type'] = 'application/json'
        request.headers['Content-MD5'] = digest(request.body or b'')
        request.headers['Date'] = formatdate(usegmt=True)
        request.headers['NONCE'] = secrets.token_hex(16)
        request.headers['Authorization'] = self.signature(request.path_url, request.headers)
        return request

    def signature(self, path, headers):
        parts = [headers['Content-Type'], headers['Content-MD5'], path, headers['Date'], headers['NONCE']]
        signed = hmac.digest(self.secret.encode(), ','.join(parts).encode(), 'sha1')
        return f'APIAuth {self.user_id}:{base64.b64encode(signed).decode()}'

    def accepts(self, path, headers, body):
        try:
            right = self.signature(path, headers)
        except (KeyError, TypeError):
            return False
        return headers['Content-MD5'] == digest(body) and hmac.compare_digest(right, headers.get('Authorization', ''))


def digest(body):
    return base64.b64encode(hashlib.md5(body).digest()).decode()


class Shop:
    """Orders, each with the invoice that pays for it."""

    def __init__(self):
        self.api = os.environ['QUOINE_BASE_URL'] + '/api/v1'
        self.auth = Signed(os.environ['QUOINE_USER_ID'], os.environ['QUOINE_SECRET'])
        self.orders = {}

    def call(self, method, path, **body):
        answer = requests.request(method, self.api + path, auth=self.auth, json=body or None, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def sell(self, order, price):
        """The invoice that the customer has to pay."""
        invoice = self.call('POST', '/invoices', price=price, name=order)
        self.orders[order] = 'open'
        return invoice

    def hear(self, invoice):
        """Quoine says that an invoice has changed. It can say so twice, and an order never goes back."""
        order = invoice['name']
        if invoice['invoice_status'] == 'payment_expired' and self.orders[order] == 'open':
            self.orders[order] = 'cancelled'
        if invoice['system_status'] == 'complete':
            self.orders[order] = 'shipped'


class Receiver(ThreadingHTTPServer):
    """The address at which the shop gets its webhooks."""

    def __init__(self, shop, port=0):
        super().__init__(('127.0.0.1', port), Webhook)
        self.shop = shop

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_port}/quoine'


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        shop = self.server.shop
        if shop.auth.accepts(urlsplit(self.path).path, self.headers, body):
            shop.hear(json.loads(body)['invoice'])
            self.send_response(200)
        else:
            self.send_response(401)
        self.end_headers()

    def log_message(self, *_):
        pass
