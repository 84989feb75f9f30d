"""The shop of the cookbook. It sells for tokens by CryptoPay, and pays its suppliers by Quantum Payouts."""

import json
import os
import urllib.error
import urllib.request

import cryptopay
import quantum_payouts


class Webhook(dict):
    """The headers of a request, as WSGI has them."""

    def get(self, name, default=''):
        return super().get('HTTP_' + name.upper().replace('-', '_'), default)


class Shop:
    def __init__(self):
        self.cryptopay = os.environ['CRYPTOPAY_BASE_URL'], os.environ['CRYPTOPAY_API_KEY']
        self.payouts_api = os.environ['QUANTUM_PAYOUTS_BASE_URL'], os.environ['QUANTUM_PAYOUTS_TOKEN']
        # The new secret and the old one, while a rotation goes on.
        self.cryptopay_secrets = [os.environ['CRYPTOPAY_WEBHOOK_SECRET']]
        self.payouts_secret = os.environ['QUANTUM_PAYOUTS_WEBHOOK_SECRET']
        self.orders, self.ids, self.payouts = {}, {}, {}
        self.shipped, self.log = [], []

    def sell(self, order, amount):
        """Makes an order. While the provider is away it is `waiting`, and can be sold again."""
        self.orders[order] = 'waiting'
        wanted = {'amount': amount, 'currency': 'USDC', 'blockchain': 'base'}
        wanted |= {'order_info': json.dumps({'order': order}), 'nonce': len(self.ids) + 1}
        answer = self.post(self.cryptopay, '/api/payment-orders/', wanted)
        if answer:
            self.ids[order] = answer['data']['order_id']
            self.orders[order] = 'open'

    def pay_out(self, number, amount):
        """Pays a supplier. The payout is written down before the call, because a webhook can come before the answer."""
        self.payouts.setdefault(number, 'asked')
        wanted = {'orderNumber': number, 'amount': amount, 'description': 'wages', 'target': {'pan': '4111111111111111'}}
        answer = self.post(self.payouts_api, '/api/v1/performPayout', wanted)
        self.log.append('answer' if answer else 'no answer')
        if answer and self.payouts[number] == 'asked':
            self.payouts[number] = answer['orderStatus']

    def post(self, api, path, body):
        """The answer, or nothing while the provider is away."""
        url, key = api
        headers = {'Authorization': f'Bearer {key}', 'Content-Type': 'application/json; charset=UTF-8'}
        request = urllib.request.Request(url + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise
        except (OSError, ValueError):
            pass
        return None

    def __call__(self, environ, start_response):
        body = environ['wsgi.input'].read(int(environ['CONTENT_LENGTH'] or 0))
        good = {'/webhooks/cryptopay': self.hear_payment, '/webhooks/quantum-payouts': self.hear_payout}[environ['PATH_INFO']]
        start_response('204 No Content' if good(Webhook(environ), body) else '401 Unauthorized', [])
        return [b'']

    def hear_payment(self, headers, body):
        if not any(cryptopay.verify(headers, body, it) for it in self.cryptopay_secrets):
            return False
        event = json.loads(body)
        order = json.loads(event['data']['order_info'])['order']
        if self.orders[order] == 'open' and event['event'] == 'payment.confirmed':
            self.orders[order] = 'paid'
            self.shipped.append(order)
        elif self.orders[order] == 'open' and event['event'] in ('payment.failed', 'order.expired'):
            self.orders[order] = event['event'].split('.')[1]
        return True

    def hear_payout(self, headers, body):
        if not quantum_payouts.verify(headers, body, self.payouts_secret):
            return False
        payout = json.loads(body)['payout']
        self.log.append(payout['status'])
        if self.payouts[payout['externalId']] not in ('success', 'failed', 'cancelled'):
            self.payouts[payout['externalId']] = payout['status']
        return True
