"""Playmoney stands in for five payment providers, on a simulated clock.

    import playmoney

    with playmoney.Server(clock='frozen') as server:
        shop = server.sandbox('checkout')
        ...  # the application calls shop.base_url('quoine') with the keys of shop.credentials
        shop.act('quoine.pay', invoice=1)
        report = shop.advance('31m')

The pytest plugin comes with the package: the fixture `playmoney` gives each test a sandbox of its own.
"""

from ._apps import AppServer
from ._clock import Follower, follow_clock
from ._errors import NotVerified, Problem, ProgramNotFound, StartFailed
from ._program import find_program
from ._sandbox import Inbox, Rule, Sandbox
from ._server import Server
from ._shapes import Acted, Attempt, Clock, Delivery, Fired, JournalRequest, Message, Report, ReportDelivery

__all__ = [
    'Acted', 'AppServer', 'Attempt', 'Clock', 'Delivery', 'Fired', 'Follower', 'Inbox', 'JournalRequest', 'Message', 'NotVerified', 'Problem',
    'ProgramNotFound', 'Report', 'ReportDelivery', 'Rule', 'Sandbox', 'Server', 'StartFailed', 'find_program', 'follow_clock',
]
