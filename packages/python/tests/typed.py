"""What a user writes, for type checkers; nothing runs this file."""

from datetime import timedelta

import playmoney


def use(server: playmoney.Server) -> None:
    with server.sandbox('checkout', seed=7, now='2026-01-01T00:00:00Z', scenario=None, webhook_url=None) as shop:
        paid: playmoney.Acted = shop.act('quoine.pay', invoice=1, amount='0.2')
        report: playmoney.Report = shop.advance('31m')
        shop.advance(timedelta(minutes=31))
        attempt: int | None = report['deliveries'][0]['status']
        status: str = shop.deliveries(provider='quoine')[0]['status']
        operation: str | None = shop.requests(status=200)[0]['operation']
        count: int = shop.verify('quoine.createInvoice', {'body': {'price': 500}}, count={'at_least': 1})
        count += shop.wait('quoine.createInvoice', timeout=1.5)
        fork: playmoney.Sandbox = shop.fork()
        secret: str = fork.credentials['quoine']['secret'] + shop.env['QUOINE_SECRET'] + shop.base_url('quoine')
        print(paid['status'], attempt, status, operation, secret)
        with shop.rule('quoine.*', {'error': 'usage_limit'}, when={'times': 1}):
            shop.reset()


with playmoney.Server(clock='frozen', seed=7, webhook_allow=['127.0.0.0/8'], no_evidence_header=True) as running:
    use(running)
