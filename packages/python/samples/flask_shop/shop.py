"""A shop in Flask that sells for bitcoins, by Quoine Payment. It reads its address and keys from the environment."""

import base64
import hashlib
import hmac
import json
import logging
import os
import secrets
from email.utils import formatdate
from typing import Any

import requests
from flask import Flask, request


class Signed(requests.auth.AuthBase):
    """Quoine's signature: of the requests that the shop sends, and of the webhooks that it gets."""

    def __init__(self, user_id: str, secret: str) -> None:
        self.user_id = user_id
        # The newest signs requests. While a secret is replaced, webhooks can have the old one.
        self.secrets = [secret]

    def __call__(self, sent: requests.PreparedRequest) -> requests.PreparedRequest:
        body = sent.body or b''
        sent.headers['Content-Type'] = 'application/json'
        sent.headers['Content-MD5'] = digest(body if isinstance(body, bytes) else body.encode())
        sent.headers['Date'] = formatdate(usegmt=True)
        sent.headers['NONCE'] = secrets.token_hex(16)
        sent.headers['Authorization'] = self.signature(sent.path_url, sent.headers, self.secrets[0])
        return sent

    def signature(self, path: str, headers: Any, secret: str) -> str:
        parts = [headers['Content-Type'], headers['Content-MD5'], path, headers['Date'], headers['NONCE']]
        signed = hmac.digest(secret.encode(), ','.join(parts).encode(), 'sha1')
        return f'APIAuth {self.user_id}:{base64.b64encode(signed).decode()}'

    def accepts(self, path: str, headers: Any, body: bytes) -> bool:
        needed = ('Content-Type', 'Content-MD5', 'Date', 'NONCE', 'Authorization')
        if any(name not in headers for name in needed) or headers['Content-MD5'] != digest(body):
            return False
        return any(hmac.compare_digest(self.signature(path, headers, it), headers['Authorization']) for it in self.secrets)


def digest(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body).digest()).decode()


class Shop:
    """Orders by their number: waiting, open, underpaid, cancelled or shipped. `invoices` has the invoice of each."""

    def __init__(self) -> None:
        self.api = os.environ['QUOINE_BASE_URL'] + '/api/v1'
        self.auth = Signed(os.environ['QUOINE_USER_ID'], os.environ['QUOINE_SECRET'])
        self.orders: dict[str, str] = {}
        self.invoices: dict[str, int] = {}
        self.shipped = 0

    def sell(self, order: str, price: str) -> str:
        """The state of the order. While no invoice can be made it is `waiting`, and can be asked for again."""
        try:
            answer = requests.post(f'{self.api}/invoices', auth=self.auth, json={'price': price, 'name': order}, timeout=30)
            answer.raise_for_status()
        except requests.RequestException as why:
            logging.warning('no invoice for %s: %s', order, why)
            return self.orders.setdefault(order, 'waiting')
        self.invoices[order] = answer.json()['id']
        self.orders[order] = 'open'
        return 'open'

    def hear(self, invoice: dict[str, Any]) -> bool:
        """Quoine says that an invoice has changed. It can say so twice, and late: only an open order changes.

        False when the webhook was faster than the answer that has the invoice: Quoine then sends it again.
        """
        order = invoice['name']
        if order not in self.invoices:
            return False
        if self.orders[order] == 'open':
            if invoice['invoice_status'] == 'payment_expired':
                self.orders[order] = 'underpaid' if float(invoice['btc_balance']) else 'cancelled'
            if invoice['system_status'] in ('captured', 'complete'):
                self.orders[order] = 'shipped'
                self.shipped += 1
        return True


def create_app() -> Flask:
    app, shop = Flask(__name__), Shop()
    app.config['SHOP'] = shop

    @app.post('/orders/<order>')
    def sell(order: str) -> Any:
        state = shop.sell(order, request.get_json()['price'])
        return {'order': order, 'state': state, 'invoice': shop.invoices.get(order)}, 503 if state == 'waiting' else 201

    @app.get('/orders/<order>')
    def show(order: str) -> Any:
        if order not in shop.orders:
            return {'error': f'no order is named {order}'}, 404
        return {'order': order, 'state': shop.orders[order]}

    @app.post('/webhooks/quoine')
    def hear() -> Any:
        body = request.get_data()
        if not shop.auth.accepts(request.full_path.rstrip('?'), request.headers, body):
            return {'error': 'the signature is wrong'}, 401
        return {}, 200 if shop.hear(json.loads(body)['invoice']) else 503

    return app
