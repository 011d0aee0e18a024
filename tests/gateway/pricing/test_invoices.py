"""Counts as providers send them, through the reader of each dialect, against invoices worked by hand.

``invoices.json`` holds what a provider counted, its price as the named page told it on the day, and the
arithmetic, a line for each class; here the lines are added up without any of our code.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.kit.money import money
from salon.foundation.messages import Usage, UsageDetails
from salon.gateway.pricing import written_price
from salon.gateway.protocols.anthropic import usage as anthropic
from salon.gateway.protocols.cohere import response as cohere
from salon.gateway.protocols.converse import response as converse
from salon.gateway.protocols.gemini import usage as gemini
from salon.gateway.protocols.ollama import usage as ollama
from salon.gateway.protocols.openai import usage as openai
from salon.gateway.protocols.openai.media_usage import read_media_usage
from salon.gateway.protocols.responses import usage as responses

Invoice = dict[str, Any]
READERS: dict[str, Callable[[dict[str, Any], dict[str, Any]], Usage | None]] = {
    "openai": lambda usage, beside: openai.read_usage(usage, tier=beside.get("service_tier")),
    "responses": responses.read_usage,
    "anthropic": lambda usage, _: anthropic.read_usage(usage),
    "gemini": lambda usage, _: gemini.read_usage(usage),
    "ollama": lambda usage, _: ollama.read_usage(usage),
    "cohere": lambda usage, _: cohere.read_usage(usage),
    "pictures": lambda usage, beside: read_media_usage(usage, **beside),
    "recordings": lambda usage, beside: read_media_usage(usage, **beside),
    "speech": lambda usage, _: Usage(details=UsageDetails(characters=usage["characters"])),
    "converse": lambda usage, beside: converse.read_usage(usage, service=beside.get("serviceTier")),
}
INVOICES: list[Invoice] = json.loads(Path(__file__).with_name("invoices.json").read_text())
every_invoice = pytest.mark.parametrize("invoice", INVOICES, ids=[one["name"] for one in INVOICES])
_LINE = re.compile(r"(\d+) (?:(tokens|pixels|characters|seconds) )?at ([\d.]+) (?:a million|a minute|each)")
_PAID_BY = {"tokens": 10**6, "pixels": 10**6, "characters": 10**6, "seconds": 60, None: 1}


def read(invoice: Invoice) -> Usage:
    usage = READERS[invoice["dialect"]](invoice["usage"], invoice.get("beside", {}))
    assert usage is not None
    return usage


@every_invoice
def test_the_cost_is_that_of_the_invoice_to_the_last_digit(invoice: Invoice) -> None:
    price = written_price(invoice["price"], source="test")
    assert price.cost(read(invoice)) == money(invoice["total"])


@every_invoice
def test_the_arithmetic_of_the_invoice_is_right(invoice: Invoice) -> None:
    lines = [_LINE.fullmatch(line) for line in invoice["lines"]]
    found = [(int(line[1]), line[2], Decimal(line[3])) for line in lines if line is not None]
    total = sum(number * rate / _PAID_BY[unit] for number, unit, rate in found)
    assert (len(found), total) == (len(lines), Decimal(invoice["total"]))
    # Each token that was counted stands in exactly one line.
    assert sum(number for number, unit, _ in found if unit == "tokens") == read(invoice).total_tokens


@pytest.mark.parametrize(
    "beside", [{"service_tier": "priority"}, {"tool_usage": {"web_search": {"num_requests": 1}}}]
)
def test_what_has_no_rate_is_unpriced_and_not_free(beside: dict[str, Any]) -> None:
    price = written_price({"input": "1", "output": "2"}, source="test")
    usage = responses.read_usage({"input_tokens": 10, "output_tokens": 10}, beside)
    assert price.cost(usage) is None


@pytest.mark.parametrize("word", ["default", "standard", "auto", "on_demand", "", None, "DEFAULT"])
def test_words_for_the_standard_tier_are_no_tier(word: str | None) -> None:
    assert openai.read_usage({"prompt_tokens": 1, "completion_tokens": 1}, tier=word).details is None
