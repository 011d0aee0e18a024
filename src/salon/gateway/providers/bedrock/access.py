"""What proves requests to Bedrock: a key of its own, or an access key that signs."""

from typing import Final

import msgspec

from salon.foundation.egress import HttpReceiver, HttpRequest
from salon.gateway.providers.authorize import Access, with_headers
from salon.gateway.providers.bedrock.invoke_count import InvokeCount, counts_outside
from salon.gateway.providers.bedrock.invoke_stream import STREAM_END, InvokeStream
from salon.gateway.providers.bedrock.sigv4 import Credentials, Signer

_BETA: Final = b"anthropic-beta"


class _Exported(msgspec.Struct):
    """What ``aws configure export-credentials`` prints."""

    access_key_id: str = msgspec.field(name="AccessKeyId")
    secret_access_key: str = msgspec.field(name="SecretAccessKey")
    session_token: str | None = msgspec.field(name="SessionToken", default=None)


def read_secret(secret: str) -> Credentials | None:
    """Read a credential; None for one that is a word alone. Raises: ValueError with what is wrong."""
    if secret.lstrip().startswith("{"):
        try:
            found = msgspec.json.decode(secret.encode("utf-8", "replace"), type=_Exported)
        except msgspec.DecodeError:
            what = "JSON with AccessKeyId and SecretAccessKey, as “aws configure export-credentials” prints"
            raise ValueError(f"it is not {what}") from None
        _check(found.access_key_id, found.secret_access_key, found.session_token or "-")
        return Credentials(
            access_key_id=found.access_key_id,
            secret_access_key=found.secret_access_key,
            session_token=found.session_token,
        )
    _check(secret)
    return None


def _check(*words: str) -> None:
    if any(not word or not word.isascii() or not word.isprintable() or " " in word for word in words):
        raise ValueError("it holds a space, a line break or a character that no header can carry")


class BedrockAccess:
    """Proves requests as they are sent; nothing has to be fetched."""

    def __init__(self, access: Access) -> None:
        self._clock = access.clock
        self._bearer = b""
        self._hidden: tuple[str, ...] = ()
        self._signer: Signer | None = None
        found = read_secret(access.secret)
        key_id = access.options.get("access_key_id")
        if found is None and key_id:
            found = Credentials(access_key_id=key_id, secret_access_key=access.secret)
        if found is None:
            self._bearer = b"Bearer " + access.secret.encode("ascii")
        else:
            self._hidden = tuple(filter(None, (found.secret_access_key, found.session_token)))
            self._signer = Signer(found, region=access.options["region"], service="bedrock")

    def now(self, request: HttpRequest) -> HttpRequest:
        """Return ``request`` with its proof."""
        request = _beta_in_body(request)
        if self._signer is None:
            return with_headers(request, (b"authorization", self._bearer))
        signed = self._signer.sign(
            request.method.decode("ascii"),
            request.target.decode("ascii"),
            [("content-type", "application/json"), ("host", request.url.authority)],
            request.body,
            now_s=self._clock.now_ms() / 1000,
        )
        return with_headers(request, *((name.encode(), value.encode("ascii")) for name, value in signed))

    async def wait(self, request: HttpRequest, *, timeout_s: float) -> HttpRequest:
        """Return ``request`` with its proof, at once."""
        return self.now(request)

    def unpack(self, request: HttpRequest, receiver: HttpReceiver) -> HttpReceiver:
        """Return what hears the answer: streams of InvokeModel are unpacked, counts of embeddings put in."""
        if request.target.endswith(STREAM_END):
            return InvokeStream(receiver, request.url.host)
        return InvokeCount(receiver) if counts_outside(request.target) else receiver

    def secrets(self) -> tuple[str, ...]:
        """Return what must never be shown, besides the credential as it is stored."""
        return self._hidden


def authorizer(access: Access) -> BedrockAccess:
    """Return what proves requests to Bedrock."""
    return BedrockAccess(access)


def _beta_in_body(request: HttpRequest) -> HttpRequest:
    """Move the caller's ``anthropic-beta`` into the body, where Bedrock looks for it."""
    words = [value for name, value in request.headers if name == _BETA]
    if not words:
        return request
    named = [word.strip() for value in words for word in value.decode("latin-1").split(",") if word.strip()]
    head = b'{"anthropic_beta":' + msgspec.json.encode(named) + b","
    return msgspec.structs.replace(
        request,
        headers=[header for header in request.headers if header[0] != _BETA],
        body=head + request.body.lstrip()[1:],
        prefix=b"",
    )
