"""One call of a file endpoint."""

from collections.abc import Mapping

import msgspec

from salon.foundation.kit.caller import Caller
from salon.surfaces.api.asgi_reply import AsgiReply, Send
from salon.surfaces.api.asgi_request import Asked


class FileCall(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks what, and where the answer goes."""

    caller: Caller
    asked: Asked
    parameters: Mapping[str, str]
    """What the address names."""
    reply: AsgiReply
    send: Send
    """Takes what is queued at ``reply``, as fast as the client does."""
