"""The part of docs/protocols.md on operations other than chat: one table of probes for each."""

from collections.abc import Callable, Mapping

from salon.foundation.messages import EmbeddingRequest, OperationName, OperationRequest
from salon.gateway.dialects import DIALECTS
from salon.gateway.operations import OPERATIONS
from salon.gateway.protocols.base import Dialect

Cell = Callable[[Callable[[], tuple[str, ...]]], str]
Table = Callable[[list[str], list[list[str]]], list[str]]

ONE = EmbeddingRequest(model="m", inputs=("x",))
PROBES: Mapping[OperationName, Mapping[str, OperationRequest]] = {
    "embeddings": {
        "one text": ONE,
        "many texts": EmbeddingRequest(model="m", inputs=("x", "y")),
        "token numbers": EmbeddingRequest(model="m", inputs=((1, 2),)),
        "length of the vectors": EmbeddingRequest(model="m", inputs=("x",), dimensions=8),
        "purpose": EmbeddingRequest(model="m", inputs=("x",), purpose="query"),
        "title of the document": EmbeddingRequest(model="m", inputs=("x",), title="t"),
        "whether to cut what is too long": EmbeddingRequest(model="m", inputs=("x",), truncate=True),
        "user": EmbeddingRequest(model="m", inputs=("x",), user="u"),
        "a field only the caller's dialect knows": EmbeddingRequest(
            model="m", inputs=("x",), extra={"elsewhere": {"mood": 1}}
        ),
    },
}


def operation_lines(cell: Cell, table: Table) -> list[str]:
    """Return the section of each operation."""
    lines: list[str] = []
    for name, probes in PROBES.items():
        spoken = [one for one in DIALECTS.values() if one.operation == name]
        does = OPERATIONS[name].does
        lines += [f"## Requests to {does}, by the provider's dialect", ""]
        rows = [[probe, *_row(request, spoken, cell)] for probe, request in probes.items()]
        lines += table(["feature", *(one.title for one in spoken)], rows)
    return lines


def _row(request: OperationRequest, spoken: list[Dialect], cell: Cell) -> list[str]:
    return [cell(lambda d=d: d.encode_request(request, quirks={}).lost) for d in spoken]
