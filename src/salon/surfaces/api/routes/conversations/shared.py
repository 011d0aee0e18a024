"""What a link leads to: a page for strangers, its files, its QR code; and the reader's own copy of it."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from salon.features.conversations.rendering.media import is_picture
from salon.features.conversations.shares import PageFrame, missing_page, policy, told_page
from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import NotFound, Overloaded, TooManyWrong
from salon.foundation.workers import WorkCrashed, WorkLimit
from salon.surfaces.api.endpoints import SHARED, management
from salon.surfaces.api.qr import qr_svg
from salon.surfaces.api.requests import CurrentCaller, CurrentWay, MaybeIdentity, Way
from salon.surfaces.api.routes.conversations.common import CurrentConversations

router = APIRouter(tags=["shares"])

_WHY: Final = (
    "The token is the credential: 256 random bits that open one revision of one conversation, until it "
    "expires or is revoked. Wrong ones are counted as wrong credentials are."
)
_ONE = "/s/{token}"
for _end, _summary in (
    ("", "What somebody shared, as a page."),
    ("/qr.svg", "The address of the page as a QR code."),
    ("/files/{name}", "A picture or a file of the page."),
):
    management(
        "GET", f"{_ONE}{_end}", "public", below="", summary=_summary, operation=SHARED, why_public=_WHY
    )
management(
    "POST",
    f"{_ONE}/copy",
    Right.USE_CONVERSATIONS,
    below="",
    summary="Continue what was shared as one's own copy.",
    operation=SHARED,
)

Token = Annotated[str, Path(max_length=200)]
_NAME: Final = re.compile(r"([0-9]{1,6})-([0-9]{1,4})")
_HEADERS: Final = {
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie, Authorization",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HARMLESS: Final = "sandbox; default-src 'none'"


@router.get("/s/{token}", response_class=Response)
async def shared_page(
    services: CurrentConversations,
    way: CurrentWay,
    identity: MaybeIdentity,
    request: Request,
    *,
    token: Token,
    line: Annotated[int, Query(ge=0, le=100_000)] = 0,
    page: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """Show what somebody shared; whatever leads nowhere is told apart by nothing."""
    try:
        way.check_link()
        view = await services.shared.reader.view(token, line=line, page=page)
    except (NotFound, TooManyWrong) as error:
        return _refusal(way, token, error)
    may_copy = identity is not None and identity.caller.has(Right.USE_CONVERSATIONS)
    frame = PageFrame(address=f"{way.home}s/{quote(token, safe='')}", may_copy=may_copy)
    try:
        tag, body = await services.shared.pages.page(view, frame)
    except (WorkLimit, WorkCrashed, Overloaded) as error:
        return _not_made(error)
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={**_HEADERS, "ETag": f'"{tag}"'})
    return _page(body, headers={"ETag": f'"{tag}"'})


@router.get("/s/{token}/qr.svg", response_class=Response)
async def shared_qr(services: CurrentConversations, way: CurrentWay, token: Token) -> Response:
    """Show the address of the page as a QR code."""
    try:
        way.check_link()
        await services.shared.reader.check(token)
    except (NotFound, TooManyWrong) as error:
        return _refusal(way, token, error)
    headers = {**_HEADERS, "Content-Security-Policy": _HARMLESS}
    return Response(qr_svg(f"{way.address}/s/{token}"), media_type="image/svg+xml", headers=headers)


@router.get("/s/{token}/files/{name}", response_class=StreamingResponse)
async def shared_file(services: CurrentConversations, way: CurrentWay, token: Token, name: str) -> Any:
    """Hand out a picture or a file of a message that the link shows."""
    found = _NAME.fullmatch(name)
    try:
        way.check_link()
        if found is None:
            await services.shared.reader.check(token)
            return _page(missing_page(), status=404)
        file = await services.shared.reader.file(token, int(found[1]), int(found[2]))
    except (NotFound, TooManyWrong) as error:
        return _refusal(way, token, error)
    is_shown = is_picture(file.media_type)
    kept = f"{'inline' if is_shown else 'attachment'}; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {
        **_HEADERS,
        "Content-Disposition": kept,
        "Content-Length": str(file.size_bytes),
        "Content-Security-Policy": _HARMLESS,
    }
    media_type = file.media_type if is_shown else "application/octet-stream"
    return StreamingResponse(file.chunks, media_type=media_type, headers=headers)


@router.post("/s/{token}/copy", response_class=Response, status_code=303)
async def copy_shared(
    services: CurrentConversations, way: CurrentWay, caller: CurrentCaller, token: Token
) -> Response:
    """Take what the link shows over into the reader's space, and go on there."""
    try:
        way.check_link()
        copied = await services.shared.copies.copy(caller, token)
    except (NotFound, TooManyWrong) as error:
        return _refusal(way, token, error)
    # Elsewhere, so that loading that page anew makes no second copy.
    return Response(status_code=303, headers={**_HEADERS, "Location": f"{way.home}c/{copied.id}"})


def _refusal(way: Way, token: str, error: NotFound | TooManyWrong) -> Response:
    """Return the page that every link gets which leads nowhere, and count that somebody tried."""
    if isinstance(error, NotFound):
        refused = _counted(lambda: way.count_link(token))
        if refused is None:
            return _page(missing_page(), status=404)
        error = refused
    wait_s = str(int(error.retry_after_s or 1))
    return _page(told_page("Too many tries", error.message), status=429, headers={"Retry-After": wait_s})


def _not_made(error: WorkLimit | WorkCrashed | Overloaded) -> Response:
    """Return the page for one that takes too much to make, or has to wait too long for that."""
    wait_s = {"Retry-After": str(int(error.retry_after_s or 1))} if isinstance(error, Overloaded) else {}
    return _page(told_page("Not shown", error.message), status=error.status, headers=wait_s)


def _counted(count: Callable[[], None]) -> TooManyWrong | None:
    try:
        count()
    except TooManyWrong as error:
        return error
    return None


def _page(body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    sent = {**_HEADERS, "Content-Security-Policy": policy(), **(headers or {})}
    return Response(body, status_code=status, media_type="text/html; charset=utf-8", headers=sent)
