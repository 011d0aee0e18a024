"""Settings of batches."""

from typing import Annotated, Literal

from salon.app.settings.section import Section
from salon.foundation.kit.settings import setting


class BatchSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[batches]``: how much batches may take, and how long what they hold is kept."""

    concurrency: Annotated[
        int,
        setting(
            "Lines of batches under way at once in one process; each request of people takes one away, "
            "the last one excepted.",
            reload="restart",
            ge=1,
            le=1000,
        ),
    ] = 8
    max_lines: Annotated[int, setting("Most requests in one batch.", reload="restart", ge=1)] = 100_000
    max_open: Annotated[
        int, setting("Most batches of one space that have not ended.", reload="restart", ge=1)
    ] = 100
    max_open_lines: Annotated[
        int,
        setting(
            "Most requests without an answer, of one space, in batches that have not ended.",
            reload="restart",
            ge=1,
        ),
    ] = 1_000_000
    max_bytes: Annotated[
        int,
        setting(
            "Most bytes of the requests of one batch; the body of an Anthropic batch is held in memory, "
            "256 MiB at most.",
            unit="bytes",
            reload="restart",
            ge=1024,
        ),
    ] = 64 * 1024**2
    window_hours: Annotated[
        float,
        setting(
            "How long a batch may take; lines without an answer expire then.",
            unit="hours",
            reload="restart",
            ge=0,
            le=720,
        ),
    ] = 24.0
    keep_days: Annotated[
        float,
        setting(
            "How long the answers of an ended batch are kept.", unit="days", reload="restart", ge=0, le=3650
        ),
    ] = 29.0
    tries: Annotated[
        int,
        setting(
            "How often a line is asked whose provider fails; each time as often as any request, and a rate "
            "limit does not count.",
            reload="restart",
            ge=1,
            le=100,
        ),
    ] = 5
    hand_over: Annotated[
        Literal["cheaper", "never"],
        setting(
            "Hand batches to the provider's own batches: cheaper is where it is known to charge less for "
            "them, and nothing that is set here decides line by line.",
            reload="restart",
        ),
    ] = "cheaper"
    look_seconds: Annotated[
        float,
        setting(
            "Between the first two looks at a batch that was handed over; longer each time, up to two "
            "minutes.",
            unit="seconds",
            reload="restart",
            ge=0.05,
            le=120,
        ),
    ] = 5.0
    encrypt: Annotated[bool, setting("Seal the lines of batches with the master key.", reload="restart")] = (
        True
    )
