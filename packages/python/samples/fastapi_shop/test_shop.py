"""Nothing here sleeps or polls. The shop reads its environment when it is imported, as many do."""

import pytest
import requests
import shop


def order(playmoney, number='order-1', price='100.00'):
    return requests.post(f'{playmoney.app_url}/orders/{number}', json={'price': price}, timeout=30).json()


def state(playmoney, number='order-1', look=False):
    return requests.get(f'{playmoney.app_url}/orders/{number}', params={'look': look}, timeout=30).json()['state']


def checkout(playmoney, **payment):
    """The customer chooses a coin and pays."""
    session = order(playmoney)['session']
    playmoney.act('quantapay.choose-coin', session=session, cryptocurrency='usdt')
    playmoney.act('quantapay.pay', session=session, **payment)


def test_a_paid_order(playmoney):
    checkout(playmoney)
    assert state(playmoney) == 'open', 'the payment is seen, and not confirmed yet'
    playmoney.advance('2h')
    assert state(playmoney) == 'paid'
    playmoney.verify('quantapay.create-checkout-session', {'body': {'order_id': 'order-1', 'price': '100.00'}})


def test_an_order_expires_while_the_customer_pays(playmoney):
    session = order(playmoney)['session']
    playmoney.act('quantapay.choose-coin', session=session, cryptocurrency='usdt')
    playmoney.advance('61m')
    playmoney.act('quantapay.pay', session=session)
    playmoney.advance('2h')
    assert state(playmoney) == 'paid', 'QuantaPay still counts a payment after the hour'


def test_an_order_that_is_not_paid(playmoney):
    session = order(playmoney)['session']
    playmoney.act('quantapay.choose-coin', session=session, cryptocurrency='usdt')
    playmoney.advance('3d')
    assert state(playmoney, look=True) == 'open'
    assert playmoney.deliveries() == []


def test_an_underpayment_is_found_by_asking(playmoney):
    playmoney.account('quantapay', address_mode='fresh')
    checkout(playmoney, amount=60)
    playmoney.advance('2h')
    assert playmoney.deliveries() == []
    assert state(playmoney) == 'open'
    assert state(playmoney, look=True) == 'underpaid'


def test_a_webhook_that_comes_twice_counts_once(playmoney):
    playmoney.rule('quantapay:webhook', {'duplicate': 3})
    checkout(playmoney)
    playmoney.advance('2h')
    assert [len(it['attempts']) for it in playmoney.deliveries()] == [3]
    assert playmoney.app.state.shop.paid == 1


def test_a_webhook_that_comes_late(playmoney):
    playmoney.rule('quantapay:webhook', {'delay': '1d'})
    checkout(playmoney)
    playmoney.advance('2h')
    assert state(playmoney, look=True) == 'paid'
    playmoney.advance('2d')
    assert {it['status'] for it in playmoney.deliveries()} == {'delivered'}
    assert playmoney.app.state.shop.paid == 1


@pytest.mark.parametrize('fault', [{'error': 'internal_error'}, {'connection_reset': True}, {'status': 503}])
def test_an_outage_of_the_provider(playmoney, fault):
    with playmoney.rule('quantapay.*', fault):
        assert order(playmoney)['state'] == 'waiting'
    assert order(playmoney)['state'] == 'open'


def test_a_rotated_secret(playmoney, monkeypatch):
    playmoney.rotate('quantapay', webhook_secret='another-secret')
    checkout(playmoney)
    playmoney.advance('2h')
    assert [it['status'] for it in playmoney.deliveries()[0]['attempts']] == [401]
    assert state(playmoney, look=True) == 'paid', 'the webhook does not come again, and the shop has to ask'
    monkeypatch.setattr(shop, 'SECRETS', [*shop.SECRETS, 'another-secret'])
    playmoney.control('POST', f'deliveries/{playmoney.deliveries()[0]["id"]}/resend')
    assert playmoney.deliveries()[0]['attempts'][-1]['status'] == 200


def test_a_forged_webhook_is_refused(playmoney):
    playmoney.rule('quantapay:webhook', {'bad_signature': True})
    checkout(playmoney)
    playmoney.advance('2h')
    assert state(playmoney) == 'open'
