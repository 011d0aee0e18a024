"""What pictures cost by their size and quality, and by the million of their pixels."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from salon.foundation.messages import UsageDetails

_SIZE: Final = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")

LARGEST: Final = "2048x2048"
"""What is held for where a picture is paid by its pixels and nobody says how many."""


class PicturePrice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one picture costs that is of this size and quality."""

    each_e10: int
    """In 10⁻¹⁰ of the price's currency."""
    size: str | None = None
    """``1024x1536``; None: of any."""
    quality: str | None = None
    """The provider's word: ``hd``, ``low`` ... None: of any."""

    def fits(self, details: UsageDetails) -> bool:
        """Tell whether pictures are such; what is not known of them is nothing that was named."""
        return self.size in {None, details.image_size} and self.quality in {None, details.image_quality}


def of_kind(rows: Sequence[PicturePrice], details: UsageDetails) -> int | None:
    """Return what each picture costs by the row that says most of it; None where no row fits."""
    fitting = [row for row in rows if row.fits(details)]
    if not fitting:
        return None
    return max(fitting, key=lambda row: (row.size is not None) + (row.quality is not None)).each_e10


def possible(rows: Sequence[PicturePrice], details: UsageDetails) -> list[UsageDetails]:
    """Return what pictures may turn out to be of which neither size nor quality may be known yet."""
    found = [msgspec.structs.replace(details, image_size=details.image_size or LARGEST)]
    for row in rows:
        size, quality = details.image_size or row.size, details.image_quality or row.quality
        found.append(msgspec.structs.replace(details, image_size=size, image_quality=quality))
    return found


def pixels_of(size: str | None) -> int | None:
    """Return how many pixels a picture of a size has; None for what names no size."""
    found = _SIZE.fullmatch(size or "")
    return int(found[1]) * int(found[2]) if found is not None else None
