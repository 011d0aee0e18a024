"""Headers that a person has sent with every request to a provider: a project, an organisation, a tag."""

import re
from collections.abc import Mapping
from typing import Final

from salon.foundation.kit.errors import ConfigError
from salon.gateway.registry.target import Headers

_MOST: Final = 20
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE: Final = re.compile(r"[!-~](?:[ -~]{0,998}[!-~])?")
_OWN: Final = frozenset(
    {
        "accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type",
        "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "via", "x-salon-via",
    }
)  # fmt: skip
"""What Salon says itself, for the connection and the body are its own."""
_SECRET: Final = re.compile(
    r"(^|[-_])(authorization|cookie|credentials?|key|apikey|passwords?|secrets?|tokens?|signature)($|[-_])",
    re.IGNORECASE,
)


def check_headers(headers: Mapping[str, str], *, provider: str) -> None:
    """Refuse headers that cannot be sent, are Salon's own, or carry a credential. Raises: ConfigError."""
    key = f"providers.{provider}.headers"
    if len(headers) > _MOST:
        raise ConfigError(key=key, problem=f"there are more than {_MOST}.", fix="Leave some out.")
    if len({name.lower() for name in headers}) < len(headers):
        raise ConfigError(key=key, problem="one name stands there twice.", fix="Leave one out.")
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise ConfigError(key=key, problem=f"“{name[:80]}” names no header.", fix="Correct it.")
        if name.lower() in _OWN:
            raise ConfigError(key=key, problem=f"“{name}” is said by Salon itself.", fix="Leave it out.")
        if _SECRET.search(name):
            raise ConfigError(
                key=key,
                problem=f"“{name}” carries a credential, and headers are stored as they are.",
                fix="Give the credential as the provider's key.",
            )
        if not _VALUE.fullmatch(value):
            problem = f"the value of “{name}” is empty, too long or has a character no header can carry."
            raise ConfigError(key=key, problem=problem, fix="Use 1 to 1000 printable ASCII characters.")


def with_extra(headers: Headers, extra: Mapping[str, str]) -> Headers:
    """Return headers with those of a person, which go before ones of the same name."""
    if not extra:
        return headers
    named = {name.lower().encode("ascii"): value.encode("ascii") for name, value in extra.items()}
    return [*((name, value) for name, value in headers if name not in named), *named.items()]
