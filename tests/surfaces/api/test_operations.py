"""Rows that the gateway serves, and the operations they are of."""

import pytest

from salon.gateway.dialects import DIALECTS
from salon.gateway.operations import OPERATIONS
from salon.surfaces.api.compat import path_dialect
from salon.surfaces.api.endpoints import CORE, Endpoint

SERVED = [row for row in CORE if row.is_served]


@pytest.mark.parametrize("row", SERVED, ids=lambda row: row.path)
def test_a_row_and_its_dialect_are_of_one_operation(row: Endpoint) -> None:
    assert row.dialect is not None
    assert DIALECTS[row.dialect].operation == row.operation
    assert DIALECTS[row.form or row.dialect].operation == row.operation


@pytest.mark.parametrize("row", SERVED, ids=lambda row: row.path)
def test_an_address_is_refused_in_the_words_of_its_maker(row: Endpoint) -> None:
    assert row.dialect is not None
    path = row.path.replace("{model:path}", "m")
    told = path_dialect(path, {})
    assert told is not None
    assert DIALECTS[told].encode_error is DIALECTS[row.dialect].encode_error


def test_every_operation_has_the_address_it_is_known_by() -> None:
    held = {row.path for row in CORE if row.realtime == "session"}
    assert {one.path for one in OPERATIONS.values()} <= {row.path for row in SERVED} | held
