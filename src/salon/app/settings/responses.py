"""What is kept of responses."""

from typing import Annotated

from salon.app.settings.section import Section
from salon.foundation.kit.settings import setting


class ResponseSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[responses]``: stored responses, in OpenAI's words."""

    keep_days: Annotated[
        int,
        setting(
            "How long a stored response can be fetched and gone on from; 0 for ever. Its conversation stays.",
            unit="days",
            ge=0,
            le=36500,
            reload="restart",
        ),
    ] = 30
