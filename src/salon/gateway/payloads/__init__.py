"""The payload log: what was asked and answered, word for word, where somebody turned that on.

Off by default. A rule turns it on for a key, a space or a route. Nothing of a request reaches a disk before
its secrets are taken out.
"""

from salon.gateway.payloads.log import PayloadLog, PayloadOptions
from salon.gateway.payloads.models import Payload, PayloadPage, PayloadQuery, PayloadRule
from salon.gateway.payloads.service import PayloadService

__all__ = [
    "Payload",
    "PayloadLog",
    "PayloadOptions",
    "PayloadPage",
    "PayloadQuery",
    "PayloadRule",
    "PayloadService",
]
