"""Protobuf's JSON, as this dialect uses it: field names in two spellings, bytes in two alphabets.

``systemInstruction`` and ``system_instruction`` are one field. Only the names of fields are read so; the
keys of what people own (tool arguments, results, schemas, labels) stay as they are.
"""

import base64
import binascii
from typing import Any

from salon.gateway.protocols.fields import Fields
from salon.gateway.protocols.wire_json import JsonObject, is_object

_TO_STANDARD = str.maketrans("-_", "+/")


def camel(name: str) -> str:
    """Return a field's name in camelCase, the spelling of the official clients."""
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest) if rest and head else name


def camel_keys(value: JsonObject) -> JsonObject:
    """Return one object with its own field names in camelCase."""
    return {camel(name): item for name, item in value.items()}


def proto_fields(value: Any, path: str) -> Fields:
    """Return the fields of one message, by their names in camelCase. Raises: InvalidRequest."""
    return Fields(camel_keys(value) if is_object(value) else value, path)


def standard_base64(text: str) -> str:
    """Return base64 in its standard alphabet: the Python client writes the one for addresses."""
    return text.translate(_TO_STANDARD) if "-" in text or "_" in text else text


def is_base64(text: str) -> bool:
    """Tell whether ``text`` is base64 of either alphabet: only that can be a signature here."""
    try:
        base64.b64decode(standard_base64(text), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
