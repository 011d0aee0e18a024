"""Plain requests to the rows of realtime sessions: keys for browsers, in both of OpenAI's forms."""

from typing import Any, Final

import msgspec
import orjson

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import InvalidRequest, ModelUnavailable
from salon.foundation.kit.ids import new_id
from salon.gateway.exchange import Headers
from salon.gateway.protocols.wire_json import JsonObject, is_object
from salon.gateway.realtime.secrets import USUAL_LIFE_S
from salon.surfaces.api.asgi_request import Asked, read_body
from salon.surfaces.api.door import Door
from salon.surfaces.api.endpoints import Endpoint

_JSON: Final[Headers] = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class UpgradeRequired(InvalidRequest):
    """This address speaks WebSocket only. Fields: ``field``, ``problem``."""

    status = 426


class SecretMaker:
    """Makes client secrets for those who may hold sessions."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def answer(self, row: Endpoint, identity: KeyIdentity, asked: Asked) -> tuple[int, Headers, bytes]:
        """Answer a plain request to one of the rows.

        Raises: UpgradeRequired, InvalidRequest, RateLimited; UnknownModel, WrongModel, NotAllowed for a model
        with which the key could open nothing.
        """
        if row.is_socket:
            problem = "This address speaks WebSocket: ask for an upgrade."
            raise UpgradeRequired(field="upgrade", problem=problem)
        secrets = self._door.services.client_secrets
        if secrets is None:
            raise InvalidRequest(field="session", problem="This Salon keeps nothing, so no key either.")
        body = _object(await read_body(asked, row.max_body_bytes))
        is_beta = row.path.endswith("/sessions")
        session = _session(body, is_beta=is_beta)
        await self._check_model(identity, session["model"])
        made = await secrets.make(
            identity.caller,
            bound_to=self._door.access.name_of(asked.headers, identity),
            session=session,
            life_s=_life_s(body.get("client_secret") if is_beta else body),
        )
        key = {"value": made.value, "expires_at": made.expires_at_ms // 1000}
        shown = {"id": new_id("sess"), "object": "realtime.session", "expires_at": 0, **session}
        if is_beta:
            return 200, _JSON, orjson.dumps({**shown, "client_secret": key})
        return 200, _JSON, orjson.dumps({**key, "session": {"type": "realtime", **shown}})

    async def _check_model(self, identity: KeyIdentity, model: str) -> None:
        realtime = self._door.services.realtime
        if realtime is None:
            raise ModelUnavailable(field="model", model=model, problem="sessions are not served here.")
        await realtime.check(identity, model)


def _session(body: JsonObject, *, is_beta: bool) -> JsonObject:
    """Return what sessions are to begin with, their model included. Raises: InvalidRequest."""
    within = {name: value for name, value in body.items() if name != "client_secret"}
    session: Any = within if is_beta else body.get("session")
    if not is_object(session) or not (isinstance(session.get("model"), str) and session["model"]):
        field = "model" if is_beta else "session.model"
        raise InvalidRequest(field=field, problem="Name the model that sessions with this key are for.")
    if session.get("type", "realtime") != "realtime":
        raise InvalidRequest(field="session.type", problem="Only “realtime” sessions are served.")
    return session


def _object(body: bytes) -> JsonObject:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(field="body", problem="This is no JSON object.") from error
    if not is_object(value):
        raise InvalidRequest(field="body", problem="This is no JSON object.")
    return value


def _life_s(value: object) -> int:
    """Return how long a key is to work. Raises: InvalidRequest."""
    after = value.get("expires_after") if is_object(value) else None
    if after is None:
        return USUAL_LIFE_S
    seconds = after.get("seconds", USUAL_LIFE_S) if is_object(after) else None
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        raise InvalidRequest(field="expires_after.seconds", problem="It must be a number of seconds.")
    return seconds
