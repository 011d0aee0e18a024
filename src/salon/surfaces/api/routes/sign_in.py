"""Signing a browser in by a one-time link, and out again."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import InvalidRequest, NotSignedIn
from salon.surfaces.api.cookies import PLAIN, SESSION_COOKIES
from salon.surfaces.api.endpoints import management
from salon.surfaces.api.requests import CurrentCaller, CurrentWay
from salon.surfaces.api.routes.house import CurrentHouse
from salon.surfaces.api.routes.schemas.system import LoginLink

router = APIRouter(tags=["sign-in"])

_SESSION_S = 30 * 24 * 3600

management("POST", "/login-links", Right.MANAGE_SYSTEM, summary="Make a one-time sign-in address.")
management(
    "GET",
    "/signin/{token}",
    "public",
    below="",
    summary="Sign a browser in by a one-time link.",
    operation="sign-in",
    why_public="The token is the credential: 256 random bits that work once.",
)
management("POST", "/sign-out", "signed-in", summary="End this browser's session.", operation="sign-out")


@router.post("/salon/v1/login-links", response_model=LoginLink)
async def create_login_link(house: CurrentHouse, caller: CurrentCaller) -> Any:
    """Make an address that signs one browser in, once."""
    return await house.login_link(caller)


@router.get("/signin/{token}", response_class=RedirectResponse)
async def sign_in(
    house: CurrentHouse, way: CurrentWay, request: Request, token: Annotated[str, Path(max_length=200)]
) -> RedirectResponse:
    """Use a one-time link up: a session cookie and on to the page."""
    if request.headers.get("sec-fetch-dest", "document") != "document":
        # An image in a text, or another page's, must not make this browser somebody else's.
        raise InvalidRequest(
            field="header.sec-fetch-dest", problem="This link is opened, not loaded into a page."
        )
    way.check_link()
    session = await house.sign_in(token)
    if session is None:
        way.count_link(token)
        raise NotSignedIn(
            problem="This link was used already or is too old. Get a new one with “salon open”."
        )
    answer = RedirectResponse(way.home, status_code=303, headers={"Cache-Control": "no-store"})
    name, is_tls = way.session_cookie, way.is_tls
    answer.set_cookie(
        name, session, max_age=_SESSION_S, httponly=True, samesite="strict", path=way.home, secure=is_tls
    )
    return answer


@router.post("/salon/v1/sign-out", status_code=204, response_class=Response)
async def sign_out(house: CurrentHouse, way: CurrentWay, request: Request) -> Response:
    """End the session of the browser that asks, in all its tabs; without one nothing happens."""
    answer = Response(status_code=204)
    for name in reversed(SESSION_COOKIES):  # the one that let this request in comes last
        session = request.cookies.get(name)
        if session is not None:
            await house.sign_out(session)
            is_guarded = name != PLAIN
            answer.delete_cookie(name, httponly=True, samesite="strict", path=way.home, secure=is_guarded)
    return answer
