"""Google's resumable uploads: begun with the key, filled at an address that is a secret of its own.

Google's clients send no key to the address they were given, so it opens the upload by itself; whoever began
it must still be let in each time. A client whose connection broke sends the same bytes again: what is there
already is read over. An answer that is final says so in ``x-goog-upload-status``; clients send a part again
that was answered without it, so what may pass with time says nothing.
"""

import secrets
from typing import Final

from salon.foundation.files import FileReference, Files, Upload, Uploads
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotSignedIn, SalonError
from salon.gateway.exchange import Headers
from salon.gateway.files import upload_id_of
from salon.gateway.protocols.gemini.proto import proto_fields
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, loads
from salon.surfaces.api.asgi_request import read_body
from salon.surfaces.api.door import Door
from salon.surfaces.api.endpoints import CORE, SMALL_BODY_BYTES
from salon.surfaces.api.files.addresses import home_of
from salon.surfaces.api.files.answers import send_json, whole
from salon.surfaces.api.files.body import chunks_of
from salon.surfaces.api.files.call import FileCall
from salon.surfaces.api.files.gemini import shown
from salon.surfaces.api.services import FileServices

OPEN_S: Final = 24 * 3600
KEEP_S: Final = 48 * 3600
"""As long as Google keeps files; its clients count on it and delete nothing."""
_STATUS: Final = b"x-goog-upload-status"
_MOST_BYTES: Final = 2**40
_BEGINNING: Final = next(row for row in CORE if row.path == "/upload/v1beta/files")


class ResumableUploads:
    """Takes in files as Google's clients send them."""

    def __init__(self, door: Door, services: FileServices) -> None:
        self._door = door
        self._files: Files = services.files
        self._uploads: Uploads = services.uploads
        self._identity_of = services.identity_of

    async def begin(self, call: FileCall) -> None:
        """Begin a file and tell where it goes. Raises: InvalidRequest."""
        headers = call.asked.headers
        if headers.get(b"x-goog-upload-protocol") != b"resumable" or b"start" not in _commands(call):
            problem = "Begin with X-Goog-Upload-Protocol: resumable and X-Goog-Upload-Command: start."
            raise InvalidRequest(field="X-Goog-Upload-Protocol", problem=problem)
        file = await _described(call)
        size = headers.get(b"x-goog-upload-header-content-length")
        said = headers.get(b"x-goog-upload-header-content-type", b"").decode("latin-1")
        name = headers.get(b"x-goog-upload-file-name", b"").decode("latin-1")
        secret = secrets.token_urlsafe(24)
        upload = await self._uploads.begin(
            call.caller,
            name=str(file.get("displayName") or name),
            open_s=OPEN_S,
            media_type=str(file.get("mimeType") or said),
            size_bytes=None if size is None else _number(size, "X-Goog-Upload-Header-Content-Length"),
            keep_s=KEEP_S,
            secret=secret,
        )
        address = f"{home_of(self._door, call.asked)}/upload/v1beta/files/{upload.id}.{secret}"
        send_json(
            call.reply,
            {},
            headers=[
                (_STATUS, b"active"),
                (b"x-goog-upload-url", address.encode("latin-1")),
                (b"x-goog-upload-chunk-granularity", b"1"),
            ],
        )

    async def receive(self, call: FileCall) -> None:
        """Do what a command at the address of an upload says."""
        try:
            await self._receive(call)
        except SalonError as error:
            if call.reply.started:
                raise
            final: Headers = [] if error.retryable else [(_STATUS, b"final")]
            self._door.refuse(call.reply, error, dialect="gemini", headers=final)

    async def _receive(self, call: FileCall) -> None:
        session, _, secret = call.parameters["session"].partition(".")
        upload = await self._uploads.opened(upload_id_of(session) or session, secret)
        caller = await self._caller_of(upload)
        commands = _commands(call)
        if b"query" in commands:
            self._tell(call, upload)
        elif b"cancel" in commands:
            await self._uploads.cancel(caller, upload.id)
            send_json(call.reply, {}, headers=[(_STATUS, b"final")])
        elif b"finalize" in commands:
            await self._finish(call, caller, upload, has_content=b"upload" in commands)
        elif b"upload" in commands:
            await self._add(call, caller, upload)
        else:
            problem = "It must be upload, finalize, query or cancel."
            raise InvalidRequest(field="X-Goog-Upload-Command", problem=problem)

    async def _add(self, call: FileCall, caller: Caller, upload: Upload) -> None:
        offset, size = _offset(call), call.asked.headers.get(b"content-length", b"")
        if size.isdigit() and offset < upload.received_bytes and offset + int(size) <= upload.received_bytes:
            async for _ in chunks_of(call.asked):
                pass  # it came before, and only our answer was lost
        else:
            await self._uploads.add(caller, upload.id, chunks_of(call.asked), offset=offset)
        send_json(call.reply, {}, headers=[(_STATUS, b"active")])

    async def _finish(self, call: FileCall, caller: Caller, upload: Upload, *, has_content: bool) -> None:
        if upload.status == "completed" and upload.file_id is not None:
            file = await self._files.get(SpaceScope(caller.space_id), upload.file_id)
        else:
            rest = chunks_of(call.asked) if has_content else None
            offset = _offset(call) if has_content else None
            file = await self._uploads.complete(caller, upload.id, rest=rest, offset=offset)
        self._send(call, file)

    def _send(self, call: FileCall, file: FileReference) -> None:
        described = shown(file, home_of(self._door, call.asked))
        send_json(call.reply, {"file": described}, headers=[(_STATUS, b"final")])

    def _tell(self, call: FileCall, upload: Upload) -> None:
        status = b"active" if upload.status == "pending" else b"final"
        received = b"%d" % upload.received_bytes
        send_json(call.reply, {}, headers=[(_STATUS, status), (b"x-goog-upload-size-received", received)])

    async def _caller_of(self, upload: Upload) -> Caller:
        """Return who began it. Raises: NotSignedIn, NotAllowed once they may not any more."""
        identity = await self._identity_of(upload.created_by or "")
        if identity is None:
            raise NotSignedIn(problem="The key this upload was begun with works no more. Begin another one.")
        self._door.access.authorize(_BEGINNING, identity)
        return identity.caller


def _commands(call: FileCall) -> set[bytes]:
    sent = call.asked.headers.get(b"x-goog-upload-command", b"")
    return {word.strip().lower() for word in sent.split(b",")}


def _offset(call: FileCall) -> int:
    return _number(call.asked.headers.get(b"x-goog-upload-offset", b"0"), "X-Goog-Upload-Offset")


def _number(value: bytes, field: str) -> int:
    return whole(value.decode("latin-1").strip(), field, least=0, most=_MOST_BYTES)


async def _described(call: FileCall) -> JsonObject:
    """Return what the body says of the file. Raises: InvalidRequest."""
    body = await read_body(call.asked, SMALL_BODY_BYTES)
    try:
        value = loads(body or b"{}")
    except BrokenJsonError as error:
        raise InvalidRequest(field="body", problem=f"It is not valid JSON: {error}.") from error
    fields = proto_fields(proto_fields(value, "").object("file") or {}, "file")
    name = fields.text("name")
    if name:
        raise InvalidRequest(field="file.name", problem="Files get their names here. Leave it out.")
    return {"displayName": fields.text("displayName"), "mimeType": fields.text("mimeType")}
