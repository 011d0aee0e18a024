"""OpenAI's ``/v1/uploads``: large files in parts, which get their order at the end."""

from typing import Any, Final

from salon.foundation.files import FileReference, Files, Upload, UploadMissing, Uploads
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.files import part_id_of, part_wire_id, upload_wire_id
from salon.gateway.protocols.fields import Fields, read_fields
from salon.gateway.protocols.wire_json import loads
from salon.surfaces.api.asgi_request import read_body
from salon.surfaces.api.endpoints import SMALL_BODY_BYTES
from salon.surfaces.api.files.answers import send_json
from salon.surfaces.api.files.body import Form
from salon.surfaces.api.files.call import FileCall
from salon.surfaces.api.files.names import own_upload
from salon.surfaces.api.files.openai import check_purpose, file_object, kept_for

OPEN_S: Final = 3600
PART_BYTES: Final = 64 * 1024 * 1024


class OpenAIUploads:
    """Answers in the words of OpenAI."""

    def __init__(self, files: Files, uploads: Uploads) -> None:
        self._files = files
        self._uploads = uploads

    async def create(self, call: FileCall) -> None:
        """Begin an upload. Raises: InvalidRequest naming the field."""
        fields = await _fields(call)
        purpose = check_purpose(fields.required_text("purpose"))
        size_bytes = fields.whole("bytes")
        if size_bytes is None or size_bytes < 0:
            raise InvalidRequest(field="bytes", problem="It must say how large the file will be.")
        wish = fields.object("expires_after") or {}
        seconds = wish.get("seconds")
        upload = await self._uploads.begin(
            call.caller,
            name=fields.required_text("filename"),
            open_s=OPEN_S,
            media_type=fields.required_text("mime_type"),
            purpose=purpose,
            size_bytes=size_bytes,
            keep_s=kept_for(wish.get("anchor"), None if seconds is None else str(seconds), purpose=purpose),
        )
        send_json(call.reply, _upload_object(upload))

    async def add(self, call: FileCall) -> None:
        """Take in a part."""
        form = Form(call.asked, file_field="data")
        content = await form.file()
        upload_id = own_upload(call.parameters["upload_id"])
        part = await self._uploads.add(call.caller, upload_id, content, max_bytes=PART_BYTES)
        await form.rest()
        shown = {
            "id": part_wire_id(part.id),
            "object": "upload.part",
            "created_at": part.created_at_ms // 1000,
            "upload_id": upload_wire_id(upload_id),
        }
        send_json(call.reply, shown)

    async def complete(self, call: FileCall) -> None:
        """Join the parts in the order that is told."""
        fields = await _fields(call)
        names, md5 = fields.array("part_ids"), fields.text("md5")
        if not names or not all(isinstance(name, str) for name in names):
            raise InvalidRequest(field="part_ids", problem="It must list the parts, in their order.")
        upload_id = own_upload(call.parameters["upload_id"])
        await self._uploads.complete(call.caller, upload_id, [_own_part(name) for name in names], md5=md5)
        await self._show(call, upload_id)

    async def cancel(self, call: FileCall) -> None:
        """Let go of the parts."""
        upload_id = own_upload(call.parameters["upload_id"])
        send_json(call.reply, _upload_object(await self._uploads.cancel(call.caller, upload_id)))

    async def _show(self, call: FileCall, upload_id: str) -> None:
        scope = SpaceScope(call.caller.space_id)
        upload = await self._uploads.get(scope, upload_id)
        assert upload.file_id is not None
        send_json(call.reply, _upload_object(upload, await self._files.get(scope, upload.file_id)))


async def _fields(call: FileCall) -> Fields:
    raw = read_fields(await read_body(call.asked, SMALL_BODY_BYTES))
    return Fields({name: loads(value) for name, value in raw.items()}, "")


def _own_part(name: str) -> str:
    part_id = part_id_of(name)
    if part_id is None:
        raise UploadMissing(id=name[:200])
    return part_id


def _upload_object(upload: Upload, file: FileReference | None = None) -> dict[str, Any]:
    return {
        "id": upload_wire_id(upload.id),
        "object": "upload",
        "bytes": upload.size_bytes or 0,
        "created_at": upload.created_at_ms // 1000,
        "filename": upload.name,
        "purpose": upload.purpose,
        "status": upload.status,
        "expires_at": upload.expires_at_ms // 1000,
        "file": None if file is None else file_object(file),
    }
