"""How long what ended runs leave is kept."""

from typing import Annotated

from salon.app.settings.section import Section
from salon.foundation.kit.settings import setting


class RunSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[runs]``: how long what ended runs leave is kept."""

    keep_days: Annotated[
        float,
        setting(
            "How long an ended run is listed, and its log without the deltas kept. What it made stays.",
            unit="days",
            reload="restart",
            ge=1,
            le=3650,
        ),
    ] = 30.0
    keep_deltas_seconds: Annotated[
        float,
        setting(
            "How long an ended run keeps the single pieces of its text, for viewers that are behind.",
            unit="seconds",
            reload="restart",
            ge=1,
            le=86400,
        ),
    ] = 30.0
