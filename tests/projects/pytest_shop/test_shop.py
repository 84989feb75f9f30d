"""Nothing here sleeps or polls: an action and an advance return when their webhooks have arrived."""

import pytest
import requests

from shop import Webhook


@pytest.mark.parametrize('price', [1, 20, 300, 4000])
def test_a_paid_order_is_shipped(shop, playmoney, price):
    invoice = shop.sell('order-1', price)
    assert invoice['id'] == 1, 'no other test has made an invoice in this sandbox'
    playmoney.act('quoine.pay', invoice=1)
    assert shop.orders == {'order-1': 'open'}, 'the payment is seen, and not confirmed yet'
    playmoney.advance('1h')
    assert shop.orders == {'order-1': 'shipped'}


@pytest.mark.parametrize('paid', [0, 0.1, 0.4999])
def test_an_order_expires_while_the_customer_pays(shop, playmoney, paid):
    shop.sell('order-1', 500)
    if paid:
        playmoney.act('quoine.pay', invoice=1, amount=paid)
    playmoney.advance('29m')
    assert shop.orders == {'order-1': 'open'}
    playmoney.advance('1m')
    assert shop.orders == {'order-1': 'cancelled'}
    playmoney.act('quoine.pay', invoice=1)
    playmoney.advance('5h')
    assert shop.orders == {'order-1': 'cancelled'}, 'who pays later is refunded by hand'


def test_a_webhook_that_was_missed_comes_again(shop, playmoney, monkeypatch):
    with monkeypatch.context() as outage:
        outage.setattr(Webhook, 'do_POST', lambda webhook: webhook.send_error(503))
        shop.sell('order-1', 500)
        playmoney.advance('30m')
        assert shop.orders == {'order-1': 'open'}
    playmoney.advance('1m')
    assert shop.orders == {'order-1': 'cancelled'}


def test_an_altered_webhook_is_refused(shop, playmoney):
    playmoney.ask('POST', 'rules', {'on': 'quoine:webhook', 'then': {'tamper': {'invoice.price': '1.0'}}})
    shop.sell('order-1', 500)
    playmoney.advance('3h')
    assert shop.orders == {'order-1': 'open'}
    attempts = playmoney.ask('GET', 'deliveries')['deliveries'][0]['attempts']
    assert [it['status'] for it in attempts] == [401] * 5


@pytest.mark.parametrize('orders', [1, 2, 5])
def test_the_shop_makes_one_invoice_for_each_order(shop, playmoney, orders):
    for number in range(orders):
        shop.sell(f'order-{number}', 100 + number)
        playmoney.verify('quoine.createInvoice', {'body': {'name': f'order-{number}', 'price': 100 + number}})
    playmoney.verify('quoine.createInvoice', {'status': 200}, count=orders)
    playmoney.verify('quoine.getInvoice', {}, count=0)


def test_a_price_of_zero_is_refused(shop, playmoney):
    with pytest.raises(requests.HTTPError, match='422'):
        shop.sell('order-1', 0)
    assert shop.orders == {}
    playmoney.verify('quoine.createInvoice', {'status': 422})


def test_the_shop_keeps_to_the_documentation(shop, playmoney):
    shop.sell('order-1', 500)
    playmoney.act('quoine.pay', invoice=1)
    playmoney.advance('1h')
    assert playmoney.ask('GET', 'violations')['violations'] == []
