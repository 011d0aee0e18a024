"""JSON that is the same every time: fields in the order of the archive's types, other names sorted."""

from collections.abc import Sequence
from typing import Final

import msgspec

from salon.features.conversations.exchange.archive import ARCHIVE_FORMAT, ARCHIVE_VERSION, ArchiveHead
from salon.features.conversations.exchange.writers.base import Outline
from salon.features.conversations.rendering.paths import Segment, in_order
from salon.foundation.kit.version import __version__

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
encode = _ENCODER.encode


def head_at(exported_at_ms: int) -> ArchiveHead:
    """Return the head of an archive that is written now."""
    return ArchiveHead(
        format=ARCHIVE_FORMAT, version=ARCHIVE_VERSION, salon=__version__, exported_at_ms=exported_at_ms
    )


def whole_tree(outline: Outline) -> Sequence[Segment]:
    """Return all messages as one stretch, parents before children."""
    ids = tuple(node.id for node in in_order(outline.nodes))
    return [Segment(name=None, after_id=None, ids=ids)] if ids else []
