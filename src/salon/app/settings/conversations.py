"""Settings of conversations."""

from typing import Annotated

from salon.app.settings.section import Section
from salon.foundation.kit.settings import setting


class ConversationSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[conversations]``: what models are asked for besides answers."""

    titles: Annotated[
        bool,
        setting(
            "Have a model write the title of a conversation, once, after its first answer; without it the "
            "first words stay. Conversations and spaces may say otherwise for themselves.",
        ),
    ] = True
    title_model: Annotated[
        str,
        setting(
            "The model that writes titles: an alias or provider/model. Empty is each conversation's own.",
        ),
    ] = ""
    temporary_hours: Annotated[
        float,
        setting("After how long without use a temporary conversation ends.", unit="hours", ge=0.01, le=720),
    ] = 24.0
    temporary_most: Annotated[
        int,
        setting("How many temporary conversations a space may have at once; 0 allows none.", ge=0, le=1000),
    ] = 20
    temporary_bytes: Annotated[
        int,
        setting(
            "What the temporary conversations of a space may hold in memory together.",
            unit="bytes",
            ge=1024 * 1024,
        ),
    ] = 64 * 1024 * 1024
    temporary_total_bytes: Annotated[
        int,
        setting(
            "What all temporary conversations of a process may hold in memory together.",
            unit="bytes",
            ge=1024 * 1024,
        ),
    ] = 1024 * 1024 * 1024
