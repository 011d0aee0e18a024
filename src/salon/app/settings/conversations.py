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
