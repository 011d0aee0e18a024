"""Grounding and citations: which words of an answer rest on which source, read and written.

Segments count UTF-8 bytes here and characters inside Salon. The raw form is kept with the finish, so
that a caller of this dialect gets all of it back.
"""

from collections.abc import Sequence
from typing import Any

from salon.foundation.messages import CitationPart
from salon.gateway.protocols.gemini.proto import camel_keys
from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object, objects_in, own_data


def read_citations(own: JsonObject, text: str) -> list[CitationPart]:
    """Return the sources told in a candidate's grounding and citation metadata, for its ``text``."""
    notes: list[CitationPart] = []
    grounding = own.get("groundingMetadata")
    if is_object(grounding):
        notes += _grounded(camel_keys(grounding), text)
    cited = own.get("citationMetadata")
    if is_object(cited):
        for item in objects_in(cited.get("citationSources") or cited.get("citations")):
            notes.append(_cited(camel_keys(item), text))
    return notes


def _grounded(grounding: JsonObject, text: str) -> list[CitationPart]:
    sources = [_source(chunk) for chunk in objects_in(grounding.get("groundingChunks"))]
    supports = [camel_keys(item) for item in objects_in(grounding.get("groundingSupports"))]
    if not supports:
        return [CitationPart(url=url, title=title, provider_data=_KEPT) for url, title in sources]
    notes: list[CitationPart] = []
    for support in supports:
        segment = support.get("segment")
        piece = camel_keys(segment) if is_object(segment) else {}
        said = piece.get("text")
        start, end = _characters(text, piece, said)
        indices = support.get("groundingChunkIndices")
        for number in indices if is_list(indices) else ():
            if isinstance(number, int) and 0 <= number < len(sources):
                url, title = sources[number]
                notes.append(
                    CitationPart(
                        url=url,
                        title=title,
                        text=said if isinstance(said, str) else None,
                        start=start,
                        end=end,
                        provider_data=_KEPT,
                    )
                )
    return notes


_KEPT: JsonObject = {"gemini": {"grounded": True}}
"""Told whole with the finish: a writer of this dialect has nothing to add."""


def _source(chunk: JsonObject) -> tuple[str | None, str | None]:
    given = camel_keys(chunk)
    for kind in ("web", "retrievedContext", "maps", "image"):
        source = given.get(kind)
        if is_object(source):
            url, title = source.get("uri"), source.get("title")
            return (url if isinstance(url, str) else None, title if isinstance(title, str) else None)
    return None, None


def _cited(item: JsonObject, text: str) -> CitationPart:
    url, title = item.get("uri"), item.get("title")
    start, end = _characters(text, item, None)
    return CitationPart(
        url=url if isinstance(url, str) else None,
        title=title if isinstance(title, str) else None,
        start=start,
        end=end,
        provider_data=_KEPT,
    )


def _characters(text: str, segment: JsonObject, said: Any) -> tuple[int | None, int | None]:
    """Return a segment's place in characters; nothing where it is not what the segment says it is."""
    first, last = segment.get("startIndex", 0), segment.get("endIndex")
    if not isinstance(first, int) or not isinstance(last, int) or not 0 <= first <= last:
        return None, None
    raw = text.encode("utf-8", "replace")
    piece = raw[first:last].decode("utf-8", "replace")
    if last > len(raw) or (isinstance(said, str) and said != piece):
        return None, None
    start = len(raw[:first].decode("utf-8", "replace"))
    return start, start + len(piece)


def write_grounding(notes: Sequence[CitationPart], text: str) -> tuple[JsonObject | None, bool]:
    """Return ``groundingMetadata`` for sources of another dialect, and whether it says them all."""
    chunks: list[JsonObject] = []
    supports: list[JsonObject] = []
    whole = True
    for note in notes:
        if own_data(note.provider_data, "gemini").get("grounded"):
            continue
        if not note.url:
            whole = False
            continue
        web: JsonObject = {"uri": note.url, **({"title": note.title} if note.title else {})}
        chunks.append({"web": web})
        if note.start is not None and note.end is not None and 0 <= note.start <= note.end:
            segment: JsonObject = {
                "startIndex": len(text[: note.start].encode("utf-8", "replace")),
                "endIndex": len(text[: note.end].encode("utf-8", "replace")),
                "text": text[note.start : note.end],
            }
            supports.append({"segment": segment, "groundingChunkIndices": [len(chunks) - 1]})
    if not chunks:
        return None, whole
    grounding: JsonObject = {"groundingChunks": chunks}
    if supports:
        grounding["groundingSupports"] = supports
    return grounding, whole
