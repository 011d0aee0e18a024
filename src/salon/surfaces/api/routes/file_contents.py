"""What is in stored files: their bytes, their text, and pictures in other sizes; and pictures of others."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from salon.foundation.files import SIZES
from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.files.sending import send_bytes
from salon.surfaces.api.files.shown import disposition
from salon.surfaces.api.requests import CurrentCaller
from salon.surfaces.api.routes.file_services import OPERATION, CurrentFiles, NamedFile
from salon.surfaces.api.routes.schemas.files import FileText, ForeignPicture

router = APIRouter(prefix="/salon/v1", tags=["files"])
_RIGHT = Right.USE_MODELS
management("GET", "/files/{file_id}/content", _RIGHT, summary="The bytes of a file.", operation=OPERATION)
management("GET", "/files/{file_id}/text", _RIGHT, summary="The text of a file.", operation=OPERATION)
management("GET", "/files/{file_id}/image", _RIGHT, summary="A picture, smaller.", operation=OPERATION)
management("POST", "/foreign-pictures", Right.USE_CONVERSATIONS, summary="Bring a picture of the web.")

_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The bytes."},
    206: {"description": "The range that was asked for."},
    304: {"description": "The client has it already (If-None-Match)."},
    416: {"description": "The range begins after the end."},
}
_WEBP: dict[int | str, dict[str, Any]] = {200: {"content": {"image/webp": {}}, "description": "The picture."}}


def _offered(size: int) -> int:
    if size not in SIZES:
        choices = ", ".join(str(one) for one in SIZES)
        raise PydanticCustomError("literal_error", "another size", {"expected": f"one of {choices}"})
    return size


Size = Annotated[
    int,
    AfterValidator(_offered),
    Query(description="The longer side, in pixels.", json_schema_extra={"enum": list(SIZES)}),
]


@router.get("/files/{file_id}/content", response_class=Response, responses=_BYTES)
async def file_content(request: Request, files: CurrentFiles, file: NamedFile) -> Response:
    """Send a file, or one range of it; as something to save, never to show."""
    return await send_bytes(
        request,
        lambda start, end: files.files.content(file, start=start, end=end),
        size_bytes=file.size_bytes,
        etag=f'"{file.hash}"',
        media_type=file.media_type,
        disposition=disposition(file.name),
    )


@router.get("/files/{file_id}/text", response_model=FileText)
async def file_text(
    files: CurrentFiles,
    caller: CurrentCaller,
    file: NamedFile,
    *,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit_bytes: Annotated[int, Query(ge=256, le=1024**2)] = 64 * 1024,
) -> Any:
    """Read the text of a PDF, an office document, HTML, an e-mail, CSV, Markdown or code, page by page."""
    page = await files.making.text_page(caller, file.id, cursor=cursor, limit_bytes=limit_bytes)
    details = page.made.details
    return {
        "items": [{"page": item.page, "text": item.text} for item in page.items],
        "next": page.next,
        "unit": details.get("unit") or None,
        "pages": details.get("count") or None,
        "has_words": details.get("has_words", False),
        "cut": details.get("cut"),
        "size_bytes": page.made.size_bytes,
    }


@router.get("/files/{file_id}/image", response_class=Response, responses=_BYTES)
async def file_image(
    request: Request,
    files: CurrentFiles,
    caller: CurrentCaller,
    file: NamedFile,
    *,
    size: Size = 256,
    format: Annotated[Literal["webp", "png", "jpeg"], Query()] = "webp",  # noqa: A002 - the query's name
    moves: Annotated[bool, Query(description="Keep what moves moving; WebP only.")] = False,
) -> Response:
    """Draw a picture upright, in sRGB, without what its camera wrote, no larger than it is."""
    made = await files.making.picture(caller, file.id, size=size, form=format, moves=moves)
    return await send_bytes(
        request,
        lambda start, end: files.making.content(made, start=start, end=end),
        size_bytes=made.size_bytes,
        etag=f'"{made.hash}"',
        media_type=made.media_type,
        disposition=disposition(f"{file.name}.{format}", is_shown=True),
    )


@router.post("/foreign-pictures", response_class=Response, responses=_WEBP)
async def foreign_picture(files: CurrentFiles, caller: CurrentCaller, body: ForeignPicture) -> Response:
    """Fetch a picture of the web for somebody who asked to see it, drawn anew and without what it carried.

    A POST, so that no picture in a text can name it and be fetched unasked.
    """
    return Response(await files.foreign.fetch(caller, body.address), media_type="image/webp")


for _path, _answer in (("/files/{file_id}/content", file_content), ("/files/{file_id}/image", file_image)):
    router.add_api_route(_path, _answer, methods=["HEAD"], include_in_schema=False, response_class=Response)
