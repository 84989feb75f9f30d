# ANCHOR: late
def test_the_customer_pays_late(playmoney):
    playmoney.app.sell('order-1', '10.00')
    playmoney.advance('2h')
    playmoney.act('cryptopay.pay', order=playmoney.app.ids['order-1'])
    playmoney.advance('1h')
    assert playmoney.app.orders == {'order-1': 'expired'}
# ANCHOR_END: late


# ANCHOR: early
def test_the_webhook_comes_before_the_answer(playmoney):
    playmoney.rule('quantum-payouts.performPayout', {'latency': {'fixed': '300ms', 'clock': 'real'}})
    playmoney.app.pay_out('wages-1', 150000)
    playmoney.advance('1m')
    assert playmoney.app.log == ['uploaded', 'created', 'processing', 'answer', 'success']
    assert playmoney.app.payouts == {'wages-1': 'success'}
# ANCHOR_END: early


# ANCHOR: down
def test_the_provider_is_down_for_ten_minutes(playmoney):
    playmoney.rule('cryptopay.*', {'status': 503}, {'until': '10m'})
    playmoney.app.sell('order-1', '10.00')
    assert playmoney.app.orders == {'order-1': 'waiting'}
    playmoney.advance('10m')
    playmoney.app.sell('order-1', '10.00')
    assert playmoney.app.orders == {'order-1': 'open'}
# ANCHOR_END: down


# ANCHOR: rotate
def test_a_secret_is_rotated(playmoney):
    playmoney.app.sell('order-1', '10.00')
    playmoney.rotate('cryptopay', webhook_secret='a-new-secret')
    playmoney.act('cryptopay.pay', order=playmoney.app.ids['order-1'])
    playmoney.app.cryptopay_secrets.insert(0, 'a-new-secret')
    playmoney.advance('1h')
    assert playmoney.app.orders == {'order-1': 'paid'}
    assert [it['status'] for it in playmoney.deliveries()[0]['attempts']] == [401, 204]
# ANCHOR_END: rotate


# ANCHOR: twice
def test_a_webhook_comes_twice(playmoney):
    playmoney.rule('cryptopay:webhook', {'duplicate': 2})
    playmoney.app.sell('order-1', '10.00')
    playmoney.act('cryptopay.pay', order=playmoney.app.ids['order-1'])
    playmoney.advance('1h')
    assert playmoney.app.shipped == ['order-1']
# ANCHOR_END: twice


# ANCHOR: little
def test_the_customer_pays_too_little(playmoney):
    playmoney.app.sell('order-1', '10.00')
    playmoney.act('cryptopay.pay', order=playmoney.app.ids['order-1'], amount='9.99')
    playmoney.advance('1h')
    assert playmoney.app.orders == {'order-1': 'failed'}
# ANCHOR_END: little


# ANCHOR: lost
def test_an_answer_is_lost(playmoney):
    playmoney.rule('quantum-payouts.performPayout', {'empty_response': True}, {'times': 1})
    playmoney.app.pay_out('wages-1', 150000)
    playmoney.app.pay_out('wages-1', 150000)
    playmoney.advance('1m')
    assert playmoney.app.payouts == {'wages-1': 'success'}
    assert playmoney.app.log.count('success') == 1
# ANCHOR_END: lost
