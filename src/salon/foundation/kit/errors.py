"""Every expected failure in the house, in one tree.

::

    SalonError
    ├── InvalidRequest          400  the caller's input; names the field
    │   ├── UnknownModel        404
    │   ├── Unsupported         400  the target cannot do what was asked
    │   ├── WrongField          422  a field is not as it is declared: its type, its limit, its choices
    │   ├── ContextTooLong      400
    │   └── TooLarge            413
    ├── NotSignedIn             401
    ├── NotAllowed              403
    │   └── ForeignOrigin       403
    ├── NotFound                404
    ├── Conflict                409
    ├── RateLimited             429  requests, tokens or concurrency of a key
    │   └── TooManyWrong        429  wrong credentials from one address
    ├── BudgetExceeded          402  money of a key or a space
    │   └── Unpriced            402  a budget cannot count what has no price
    ├── ModelUnavailable        503  known, but switched off or without a usable provider
    ├── Overloaded              503
    │   └── ShuttingDown        503
    ├── UpstreamError                a provider's failure, already classified
    │   ├── UpstreamUnreachable 502  could not connect
    │   ├── UpstreamForbidden   502  our own policy forbids its address
    │   ├── UpstreamTimeout     504  connect, first byte, idle or total
    │   ├── UpstreamBroken      502  bytes that are no answer
    │   ├── UpstreamAuth        502  the provider refused our credential
    │   ├── UpstreamRateLimited 429
    │   ├── UpstreamOverloaded  503
    │   ├── UpstreamServerError 502
    │   ├── UpstreamQuota       429  Salon's account there has no money or quota left
    │   └── UpstreamRefused     4xx  the provider found the request wrong
    │       ├── UpstreamContextTooLong    the prompt does not fit that model
    │       ├── UpstreamModelMissing      that provider does not have the model
    │       └── UpstreamContentFiltered   its content filter stopped the request
    ├── ClientGone              499  nobody is left to answer
    ├── ConfigError                  settings that cannot be used
    ├── StorageError            503  disk full, database damaged or unreachable
    └── Internal                500  a defect of ours

A class says what happened; the sentence a person reads is in ``catalogue.py``, keyed by ``code``.
"""

from typing import Any, ClassVar, Final

from salon.foundation.kit.catalogue import sentence

_REPEATED: Final = frozenset({408, 409, 429})
"""What client libraries send again unless they are told not to; and everything from 500."""

FieldValue = str | int | float | bool | None


class SalonError(Exception):
    """The root: a code, a status, typed fields, and a sentence from the catalogue."""

    code: ClassVar[str] = "internal"
    status: int = 500
    retryable: bool = False
    """Whether the same request may succeed if sent again, unchanged."""

    def __init__(self, **fields: FieldValue) -> None:
        self.fields: dict[str, FieldValue] = fields
        super().__init__(self.code)

    @property
    def message(self) -> str:
        """The English sentence: what happened and the next step. Holds no secret."""
        return sentence(self.code, self.fields)

    @property
    def param(self) -> str | None:
        """The request field at fault, if one is."""
        value = self.fields.get("field")
        return value if isinstance(value, str) else None

    @property
    def retry_after_s(self) -> float | None:
        """How long to wait before trying again, in seconds."""
        value = self.fields.get("retry_after_s")
        return float(value) if isinstance(value, int | float) else None

    @property
    def ends_retries(self) -> bool:
        """Whether client libraries, which go by the status, would send it again in vain."""
        return not self.retryable and (self.status in _REPEATED or self.status >= 500)

    def __str__(self) -> str:
        return self.message

    def to_json(self) -> dict[str, Any]:
        """Return the body of the management API's error response."""
        return {"error": {"code": self.code, "message": self.message, "fields": self.fields}}


class InvalidRequest(SalonError):
    """The caller sent something that cannot be served. Fields: ``field``, ``problem``."""

    code = "invalid_request"
    status = 400


class WrongField(InvalidRequest):
    """A field is not as it is declared. Fields: ``field``, ``problem``, and ``limit`` if it has one."""

    status = 422


class UnknownModel(InvalidRequest):
    """No alias, provider or demo answers to that name. Fields: ``model``, ``nearest``."""

    code = "unknown_model"
    status = 404


class Unsupported(InvalidRequest):
    """The chosen target cannot do what was asked. Fields: ``field``, ``problem``."""

    code = "unsupported"
    status = 400


class WrongModel(Unsupported):
    """The model or its provider is not for what was asked. Fields: ``model``, ``does``, ``can``."""

    code = "wrong_model"
    status = 400


class ContextTooLong(InvalidRequest):
    """The prompt does not fit the context window. Fields: ``model``, ``limit``."""

    code = "context_too_long"
    status = 400


class TooLarge(InvalidRequest):
    """A body, header or file over its limit. Fields: ``what``, ``limit_bytes``."""

    code = "too_large"
    status = 413


class NotSignedIn(SalonError):
    """No credential, or one that is wrong, expired or revoked. Fields: ``problem``."""

    code = "not_signed_in"
    status = 401


class NotAllowed(SalonError):
    """The caller is known and lacks the right. Fields: ``right``."""

    code = "not_allowed"
    status = 403


class ForeignOrigin(NotAllowed):
    """A Host or Origin that is not ours. Fields: ``header``."""

    code = "foreign_origin"


class NotAllowedThere(NotAllowed):
    """The request may not be taken to any provider of the model. Fields: ``model``, ``problem``."""

    code = "not_allowed_there"


class NotFound(SalonError):
    """There is no such thing, or the caller may not know of it. Fields: ``what``, ``id``."""

    code = "not_found"
    status = 404


class Conflict(SalonError):
    """The act contradicts the present state. Fields: ``problem``."""

    code = "conflict"
    status = 409


class RateLimited(SalonError):
    """A request, token or concurrency limit of the caller. Fields: ``limit``, ``retry_after_s``."""

    code = "rate_limited"
    status = 429
    retryable = True


class TooManyWrong(RateLimited):
    """Wrong credentials from one address; sending one again does not help. Fields: ``retry_after_s``."""

    code = "too_many_wrong"
    retryable = False


class ProviderLimited(RateLimited):
    """A limit that was set for a provider here. Fields: ``provider``, ``limit``, ``retry_after_s``."""

    code = "provider_limited"


class BudgetExceeded(SalonError):
    """A money limit. Fields: ``budget``, ``left``, ``resets_at``."""

    code = "budget_exceeded"
    status = 402


class Unpriced(BudgetExceeded):
    """A money limit applies and the model has no known price. Fields: ``model``, ``budget``."""

    code = "unpriced"


class ModelUnavailable(SalonError):
    """The name is known and nothing can answer to it until somebody acts. Fields: ``model``, ``problem``."""

    code = "model_unavailable"
    status = 503


class Overloaded(SalonError):
    """Salon itself sheds load. Fields: ``retry_after_s``."""

    code = "overloaded"
    status = 503
    retryable = True


class ShuttingDown(Overloaded):
    """Salon ends while it answers. Fields: ``retry_after_s``."""

    code = "shutting_down"


class RequestLoop(SalonError):
    """The request came back to a Salon it had passed, or passed too many. Fields: ``hops``."""

    code = "request_loop"
    status = 508


class UpstreamError(SalonError):
    """A provider failed. Fields: ``provider``, ``detail``, ``upstream_status``."""

    code = "upstream_error"
    status = 502
    retryable = True
    upstream_type: str | None = None
    """The provider's own error type, as sent."""
    upstream_message: str | None = None
    """The provider's own words, as sent; shown to the caller."""
    upstream_code: str | None = None
    """The provider's own error code, as sent."""


class UpstreamUnreachable(UpstreamError):
    """No connection could be made; nothing was sent. Fields: ``provider``, ``detail``."""

    code = "upstream_unreachable"


class UpstreamForbidden(UpstreamError):
    """Our own policy forbids the address; nothing was sent. Fields: ``provider``, ``detail``."""

    code = "upstream_forbidden"
    retryable = False


class UpstreamTimeout(UpstreamError):
    """A deadline passed. Fields: ``provider``, ``phase`` (connect, first_byte, idle, total), ``limit_s``."""

    code = "upstream_timeout"
    status = 504


class UpstreamBroken(UpstreamError):
    """The answer broke off or was no answer. Fields: ``provider``, ``detail``."""

    code = "upstream_broken"


class UpstreamAuth(UpstreamError):
    """The provider refused Salon's credential. Fields: ``provider``."""

    code = "upstream_auth"


class UpstreamRateLimited(UpstreamError):
    """The provider asked us to slow down. Fields: ``provider``, ``retry_after_s``."""

    code = "upstream_rate_limited"
    status = 429


class UpstreamOverloaded(UpstreamError):
    """The provider is overloaded (503, 529). Fields: ``provider``."""

    code = "upstream_overloaded"
    status = 503


class UpstreamServerError(UpstreamError):
    """The provider failed inside (5xx). Fields: ``provider``, ``upstream_status``."""

    code = "upstream_server_error"


class UpstreamRefused(UpstreamError):
    """The provider found the request wrong (4xx); its status is passed on. Fields: ``provider``."""

    code = "upstream_refused"
    status = 400
    retryable = False


class UpstreamQuota(UpstreamError):
    """Salon has no money or quota left at the provider; waiting does not help. Fields: ``provider``."""

    code = "upstream_quota"
    status = 429
    retryable = False


class UpstreamContextTooLong(UpstreamRefused):
    """The prompt does not fit that model; a larger one may take it. Fields: ``provider``, ``detail``."""

    code = "upstream_context_too_long"


class UpstreamLoop(UpstreamRefused):
    """Another Salon found that the request goes in a ring. Fields: ``provider``, ``detail``."""

    code = "upstream_loop"
    status = 508


class UpstreamModelMissing(UpstreamRefused):
    """The provider does not have the model, or hides it from us. Fields: ``provider``, ``detail``."""

    code = "upstream_model_missing"
    status = 404


class UpstreamContentFiltered(UpstreamRefused):
    """The provider's content filter stopped the request. Fields: ``provider``, ``detail``."""

    code = "upstream_content_filtered"


class ClientGone(SalonError):
    """The caller left before the answer was complete."""

    code = "client_gone"
    status = 499


class ConfigError(SalonError):
    """A setting that cannot be used. Fields: ``key``, ``place``, ``problem``, ``fix``."""

    code = "config"
    status = 400


class StorageError(SalonError):
    """The database or the disk cannot take the write. Fields: ``problem``, ``fix``."""

    code = "storage"
    status = 503
    retryable = True


class Internal(SalonError):
    """A defect of ours; logged with its trace, told without. Fields: ``request_id``."""

    code = "internal"
    status = 500
