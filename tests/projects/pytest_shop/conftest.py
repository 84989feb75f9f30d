"""Each worker of pytest-xdist has a sandbox of its own, which the first request to it makes."""

import os
import threading

import pytest
import requests

from shop import Receiver, Shop


class Playmoney:
    """The control API of one sandbox."""

    def __init__(self, url):
        self.url = f'{url}/__admin'

    def ask(self, method, path, body=None):
        answer = requests.request(method, f'{self.url}/{path}', json=body, timeout=60)
        told = answer.json()
        assert answer.ok or 'verified' in told, told
        return told

    def act(self, action, **details):
        return self.ask('POST', f"act/{action.replace('.', '/')}", details)

    def advance(self, by):
        """Lets time pass. All webhooks that are due in that time have arrived when this returns."""
        return self.ask('POST', 'clock/advance', {'by': by})

    def verify(self, operation, where, count=1):
        judged = self.ask('POST', 'requests/verify', {'operation': operation, 'where': where, 'count': count})
        assert judged['verified'], judged['nearest']


def sandbox_url():
    """A worker uses the sandbox of its name. One process alone has the default sandbox."""
    url, worker = os.environ['PLAYMONEY_URL'], os.environ.get('PYTEST_XDIST_WORKER')
    return f'{url}/s/{worker}' if worker else url


def pytest_configure():
    os.environ.update(Playmoney(sandbox_url()).ask('GET', 'env'))


@pytest.fixture
def playmoney():
    playmoney = Playmoney(sandbox_url())
    playmoney.ask('POST', 'reset')
    return playmoney


@pytest.fixture
def shop(playmoney):
    shop = Shop()
    with Receiver(shop) as receiver:
        threading.Thread(target=receiver.serve_forever, args=[0.02], daemon=True).start()
        shop.call('POST', '/payments_callback_url', callback=receiver.url)
        yield shop
        receiver.shutdown()
