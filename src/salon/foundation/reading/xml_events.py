"""XML as a stream of events, without entities of its own and without a tree in memory."""

from collections.abc import Iterable, Iterator
from typing import Final, Literal
from xml.parsers import expat

from salon.foundation.workers.models import Refusal

MOST_DEPTH: Final = 2000
MOST_ATTRIBUTES: Final = 500

Event = tuple[Literal["start", "end", "text"], str, dict[str, str]]
"""What, the name without its namespace or the text, and the attributes without theirs."""


def events_of(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Yield what a document says. Raises: Refusal for what declares entities, is too deep or is broken."""
    waiting: list[Event] = []
    depth = 0
    parser = expat.ParserCreate(namespace_separator="\n")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH or len(attributes) > MOST_ATTRIBUTES:
            raise Refusal("Its XML is nested deeper than any document's.")
        # An attribute with a namespace (``r:id``) wins over one without (``id``): references are meant.
        named = sorted(attributes.items(), key=lambda one: "\n" in one[0])
        waiting.append(("start", _local(name), {_local(key): value for key, value in named}))

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        waiting.append(("end", _local(name), {}))

    def refuse(*_: object) -> None:
        raise Refusal("Its XML declares entities of its own, which no document needs and bombs are made of.")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: waiting.append(("text", text, {}))
    parser.StartDoctypeDeclHandler = refuse
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield from waiting
            waiting.clear()
        if parser.CurrentByteIndex > 0:
            parser.Parse(b"", True)
            yield from waiting
    except expat.ExpatError as error:
        raise Refusal(f"It is damaged: its XML is broken ({expat.ErrorString(error.code)}).") from error


def _local(name: str) -> str:
    return name.rpartition("\n")[2]
