# A merchant in Python: logs in, makes orders, forgets a slash, pays by the sandbox's actions, and checks the signature of
# every webhook that has arrived. Arguments: the provider's base URL, the control API's.
import hashlib
import hmac
import json
import sys

import requests

api, admin = sys.argv[1:]
session = requests.Session()
login = session.post(f'{api}/api/auth/login', json={'username': 'demo', 'password': 'demo-password'})
session.headers['Authorization'] = f"Bearer {login.json()['access']}"

body = {'amount': '100.00', 'currency': 'USDC', 'blockchain': 'base', 'order_info': json.dumps({'product': 'Premium Plan'})}
made = session.post(f'{api}/api/payment-orders/', json={**body, 'nonce': 9007199254740993})
order = made.json()['data']
print(made.status_code, order['status'], order['nonce'], made.headers['X-RateLimit-Remaining'])

# requests turns a POST that is answered 301 into a GET: a list comes back, and no order was made.
slashless = session.post(f'{api}/api/payment-orders', json={**body, 'nonce': 2})
print(slashless.history[0].status_code, slashless.request.method, slashless.status_code, slashless.json()['count'])

for action in ['pay', 'confirm']:
    requests.post(f'{admin}/act/cryptopay/{action}', json={'order': order['order_id']})
for link in [f"{api}/api/payment-orders/{order['order_id']}/", f"{api}/api/payment-orders/{order['id']}/"]:
    print(session.get(link).json()['data']['status'])

for it in requests.get(f'{admin}/inbox/shop/messages').json()['messages']:
    expected = hmac.new(b'whsec_test_secret', it['body'].encode(), hashlib.sha256).hexdigest()
    event = json.loads(it['body'])
    print(event['event'], event['data']['confirmations'], hmac.compare_digest(expected, it['headers']['x-webhook-signature']))
