"""Nothing here sleeps or polls: an action and an advance return when their webhooks have arrived."""

import pytest
import requests


def order(playmoney, number='order-1', price='500.0'):
    return requests.post(f'{playmoney.app_url}/orders/{number}', json={'price': price}, timeout=30).json()


def state(playmoney, number='order-1'):
    return requests.get(f'{playmoney.app_url}/orders/{number}', timeout=30).json()['state']


def test_a_paid_order_is_shipped(playmoney):
    invoice = order(playmoney)['invoice']
    playmoney.act('quoine.pay', invoice=invoice)
    assert state(playmoney) == 'open', 'the payment is seen, and not confirmed yet'
    playmoney.advance('1h')
    assert state(playmoney) == 'shipped'
    playmoney.verify('quoine.createInvoice', {'body': {'name': 'order-1', 'price': '500.0'}})


def test_an_order_that_is_not_paid_expires(playmoney):
    order(playmoney)
    playmoney.advance('29m')
    assert state(playmoney) == 'open'
    playmoney.advance('1m')
    assert state(playmoney) == 'cancelled'


def test_an_order_expires_while_the_customer_pays(playmoney):
    playmoney.rule('quoine.createInvoice', {'late_payment': '10s'})
    order(playmoney)
    playmoney.advance('30m')
    assert state(playmoney) == 'cancelled'
    playmoney.advance(until='idle')
    assert state(playmoney) == 'cancelled', 'the payment came ten seconds too late, and is refunded by hand'


@pytest.mark.parametrize('amount', [0.1, 0.4999])
def test_an_underpayment_ships_nothing(playmoney, amount):
    invoice = order(playmoney)['invoice']
    playmoney.advance('29m')
    playmoney.act('quoine.pay', invoice=invoice, amount=amount)
    playmoney.advance('1m')
    assert state(playmoney) == 'underpaid'
    playmoney.act('quoine.pay', invoice=invoice)
    playmoney.advance('5h')
    assert state(playmoney) == 'underpaid', 'the rest came too late, and is refunded by hand'


def test_a_webhook_that_comes_twice_ships_once(playmoney):
    playmoney.rule('quoine:webhook', {'duplicate': 3})
    invoice = order(playmoney)['invoice']
    playmoney.act('quoine.pay', invoice=invoice)
    playmoney.advance('1h')
    assert [len(it['attempts']) for it in playmoney.deliveries(event='captured')] == [3]
    assert playmoney.app.config['SHOP'].shipped == 1


def test_a_webhook_that_comes_late_does_not_take_an_order_back(playmoney):
    playmoney.rule('quoine:webhook', {'delay': '2h'}, when={'event': 'payment_detected'})
    invoice = order(playmoney)['invoice']
    playmoney.act('quoine.pay', invoice=invoice)
    playmoney.advance('90m')
    assert state(playmoney) == 'shipped'
    playmoney.advance('1h')
    assert {it['status'] for it in playmoney.deliveries(event='payment_detected')} == {'delivered'}
    assert state(playmoney) == 'shipped'


@pytest.mark.parametrize('fault', [{'error': 'usage_limit'}, {'connection_reset': True}, {'status': 500}])
def test_an_outage_of_the_provider(playmoney, fault):
    with playmoney.rule('quoine.*', fault):
        assert order(playmoney)['state'] == 'waiting'
        playmoney.advance('10m')
        assert order(playmoney)['state'] == 'waiting'
    assert order(playmoney)['state'] == 'open'


def test_a_rotated_secret(playmoney):
    first = order(playmoney)['invoice']
    playmoney.rotate('quoine', secret='another-secret')
    assert order(playmoney, 'order-2')['state'] == 'waiting', 'the shop still signs with the old secret'
    playmoney.act('quoine.pay', invoice=first)
    assert {it['status'] for it in playmoney.deliveries()[0]['attempts']} == {401}, 'and refuses what is signed with the new one'

    playmoney.app.config['SHOP'].auth.secrets.insert(0, 'another-secret')
    playmoney.advance('2h')
    assert order(playmoney, 'order-2')['state'] == 'open'
    assert state(playmoney) == 'shipped', 'a webhook that was refused has come again'


def test_an_altered_webhook_is_refused(playmoney):
    playmoney.rule('quoine:webhook', {'tamper': {'invoice.price': '1.0'}})
    order(playmoney)
    playmoney.advance('3h')
    assert state(playmoney) == 'open'
    assert {it['status'] for it in playmoney.deliveries()[0]['attempts']} == {401}


def test_the_shop_keeps_to_the_documentation(playmoney):
    invoice = order(playmoney)['invoice']
    playmoney.act('quoine.pay', invoice=invoice)
    playmoney.advance('1h')
    assert playmoney.violations() == []
