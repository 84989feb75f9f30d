"""The calls of a shop that pays people by Quantum Payouts."""

import json
import urllib.error
import urllib.request
from typing import Any


def pay_out(base_url: str, token: str, order: str = 'A-1', amount: int = 1000) -> Any:
    """Creates a payout to a card, and returns the answer of the provider."""
    body = {'orderNumber': order, 'amount': amount, 'description': 'wages', 'target': {'pan': '4111111111111111'}}
    headers = {'Authorization': f'Bearer {token}', 'Content-Type': 'application/json'}
    request = urllib.request.Request(f'{base_url}/api/v1/performPayout', json.dumps(body).encode(), headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return {'refused': refused.code}
