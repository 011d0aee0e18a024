"""Files of the house in the words of the dialects: their ids, and what a request refers to."""

from salon.gateway.files.ids import (
    anthropic_id,
    file_id_of,
    gemini_name,
    openai_id,
    part_id_of,
    part_wire_id,
    upload_id_of,
    upload_wire_id,
)

__all__ = [
    "anthropic_id",
    "file_id_of",
    "gemini_name",
    "openai_id",
    "part_id_of",
    "part_wire_id",
    "upload_id_of",
    "upload_wire_id",
]
