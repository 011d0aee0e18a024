"""Errors on the wire: in the words of a dialect on its own paths, in Salon's everywhere else."""

from collections.abc import Mapping

import orjson

from salon.foundation.kit.errors import SalonError
from salon.gateway.protocols.base import Dialect, DialectName


def error_body(
    dialects: Mapping[DialectName, Dialect],
    error: SalonError,
    *,
    dialect: DialectName | None,
    request_id: str,
) -> bytes:
    """Return the body of an error answer."""
    writer = dialects.get(dialect) if dialect is not None else None
    if writer is not None:
        return writer.encode_error(error, request_id=request_id)
    body = error.to_json()
    body["error"]["request_id"] = request_id
    return orjson.dumps(body)
