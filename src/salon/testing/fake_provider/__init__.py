"""A provider on loopback for tests: every dialect, recordings, token rates, and faults on request.

::

    async with FakeProvider() as fake:
        fake.script(["fault=429:1", "tokens=20"])
        ...
        assert fake.journal.counts["requests"] == 2
"""

from salon.testing.fake_provider.answer import TOKEN
from salon.testing.fake_provider.cli import main
from salon.testing.fake_provider.journal import Exchange, Journal
from salon.testing.fake_provider.plan import POINTS, Fault, Plan, Point, parse_fault, parse_plan
from salon.testing.fake_provider.server import FakeProvider

__all__ = [
    "POINTS",
    "TOKEN",
    "Exchange",
    "FakeProvider",
    "Fault",
    "Journal",
    "Plan",
    "Point",
    "main",
    "parse_fault",
    "parse_plan",
]
