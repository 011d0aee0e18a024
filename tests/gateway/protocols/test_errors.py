"""A provider's failures are classified once; ours are told in each dialect's own words."""

import email.utils
import json
from typing import Any

import anthropic as anthropic_client
import httpx2
import ollama as ollama_client
import openai as openai_client
import pytest

from salon.foundation.kit.errors import (
    BudgetExceeded,
    Conflict,
    InvalidRequest,
    NotSignedIn,
    RateLimited,
    SalonError,
    UnknownModel,
    UpstreamAuth,
    UpstreamBroken,
    UpstreamContentFiltered,
    UpstreamContextTooLong,
    UpstreamError,
    UpstreamModelMissing,
    UpstreamOverloaded,
    UpstreamQuota,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamServerError,
    UpstreamTimeout,
)
from salon.gateway.protocols import anthropic, gemini, ollama, openai, responses
from salon.gateway.protocols.base import Dialect, EncodeContext, InStreamError
from salon.gateway.protocols.classify import error_instead, read_retry_after
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.protocols.sse import SseReader

DIALECTS: list[Dialect] = [
    openai.DIALECT,
    responses.DIALECT,
    anthropic.DIALECT,
    ollama.DIALECT,
    gemini.DIALECT,
]
LONG = "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens."

TABLE: list[tuple[int, Any, type[UpstreamError]]] = [
    (400, {"error": {"message": "Bad", "type": "invalid_request_error"}}, UpstreamRefused),
    (400, {"error": {"message": LONG, "code": "context_length_exceeded"}}, UpstreamContextTooLong),
    (400, {"error": {"message": LONG}}, UpstreamContextTooLong),
    (400, {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000 maximum"}}, UpstreamContextTooLong),
    (400, {"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low"}}, UpstreamQuota),
    (400, {"error": {"code": "content_filter", "message": "filtered"}}, UpstreamContentFiltered),
    (401, {"error": {"message": "no", "type": "invalid_request_error", "code": "invalid_api_key"}}, UpstreamAuth),
    (401, {"detail": "Invalid API Key"}, UpstreamAuth),
    (402, {"error": {"message": "Insufficient Balance"}}, UpstreamQuota),
    (403, {"error": "forbidden"}, UpstreamAuth),
    (404, {"error": {"message": "no such", "code": "model_not_found"}}, UpstreamModelMissing),
    (404, {"error": 'model "x" not found, try pulling it first'}, UpstreamModelMissing),
    (408, {}, UpstreamTimeout),
    (413, {"error": {"type": "request_too_large", "message": "big"}}, UpstreamContextTooLong),
    (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, UpstreamRefused),
    (429, {"error": {"message": "slow down", "type": "rate_limit_error"}}, UpstreamRateLimited),
    (429, {"error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}}, UpstreamQuota),
    (429, [{"error": {"code": 429, "message": "RESOURCE_EXHAUSTED"}}], UpstreamRateLimited),
    (500, {"error": {"message": "oops", "type": "server_error"}}, UpstreamServerError),
    (502, b"<html>Bad gateway</html>", UpstreamServerError),
    (503, {"error": {"message": "busy"}}, UpstreamOverloaded),
    (504, b"", UpstreamTimeout),
    (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, UpstreamOverloaded),
    (418, b"\xff\xfe", UpstreamRefused),
    (302, b"", UpstreamBroken),
]  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize(("status", "body", "kind"), TABLE, ids=range(len(TABLE)))
def test_failures_are_classified(dialect: Dialect, status: int, body: Any, kind: type[UpstreamError]) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    error = dialect.decode_error(status, {}, data, provider="Acme")
    assert type(error) is kind
    assert error.fields["upstream_status"] == status
    assert error.fields["provider"] == "Acme"
    assert "Acme" in error.message
    if isinstance(error, UpstreamRefused):
        assert error.status == status
        assert not error.retryable


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": email.utils.formatdate(1_800_000_060, usegmt=True)}, 60.0),
        ({"retry-after": email.utils.formatdate(1_700_000_000, usegmt=True)}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Wed, 99 Foo 2026"}, None),
        ({}, None),
    ],
)
def test_every_form_of_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert read_retry_after(headers, now_s=1_800_000_000) == seconds


def test_the_wait_reaches_the_error() -> None:
    error = openai.DIALECT.decode_error(429, {"retry-after": "7"}, b"{}", provider="p")
    assert error.retry_after_s == 7


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InStreamError(message="Overloaded", type="overloaded_error"), UpstreamOverloaded),
        (InStreamError(message="x", type="rate_limit_error"), UpstreamRateLimited),
        (InStreamError(message="x", type="api_error"), UpstreamServerError),
        (InStreamError(message="x", code="502", status=502), UpstreamServerError),
        (InStreamError(message="x", type="stream_truncated"), UpstreamBroken),
        (InStreamError(message=LONG), UpstreamContextTooLong),
        (InStreamError(message="anything"), UpstreamServerError),
    ],
)
def test_failures_inside_a_stream_are_classified_the_same(
    error: InStreamError, kind: type[UpstreamError]
) -> None:
    for dialect in DIALECTS:
        assert type(dialect.classify_stream_error(error, provider="p")) is kind


OURS: list[tuple[SalonError, str, str]] = [
    (
        InvalidRequest(field="messages", problem="It is missing."),
        "invalid_request_error",
        "invalid_request_error",
    ),
    (UnknownModel(model="x"), "invalid_request_error", "not_found_error"),
    (NotSignedIn(problem="Wrong key."), "authentication_error", "authentication_error"),
    (RateLimited(limit="rpm", retry_after_s=1), "rate_limit_error", "rate_limit_error"),
    (Conflict(problem="x"), "invalid_request_error", "invalid_request_error"),
    (BudgetExceeded(budget="b"), "insufficient_quota", "billing_error"),
    (UpstreamOverloaded(provider="p"), "server_error", "overloaded_error"),
    (UpstreamTimeout(provider="p", phase="idle", limit_s=5), "server_error", "timeout_error"),
    (UpstreamAuth(provider="p"), "server_error", "api_error"),
]


@pytest.mark.parametrize(("error", "openai_type", "anthropic_type"), OURS, ids=[o[0].code for o in OURS])
def test_each_dialect_has_its_own_words(error: SalonError, openai_type: str, anthropic_type: str) -> None:
    theirs = json.loads(openai.DIALECT.encode_error(error, request_id="req_1"))["error"]
    assert set(theirs) == {"message", "type", "param", "code"}
    assert (theirs["message"], theirs["type"], theirs["param"]) == (error.message, openai_type, error.param)
    other = json.loads(anthropic.DIALECT.encode_error(error, request_id="req_1"))
    assert other == {
        "type": "error",
        "error": {"type": anthropic_type, "message": error.message},
        "request_id": "req_1",
    }
    assert json.loads(ollama.DIALECT.encode_error(error, request_id="r")) == {"error": error.message}


@pytest.mark.parametrize("error", [o[0] for o in OURS], ids=[o[0].code for o in OURS])
def test_an_error_ends_a_stream_in_each_dialect(error: SalonError) -> None:
    context = EncodeContext(request_id="req_1", model="m", created_at_s=1)
    for dialect in DIALECTS:
        encoder = dialect.stream_encoder(context)
        body = encoder.error(error)
        assert encoder.finish() == b""
        decoder = dialect.stream_decoder()
        collector = ResponseCollector()
        collector.add([*decoder.feed(body), *decoder.finish()])
        assert collector.error is not None
        assert (collector.error.message, collector.response().parts) == (error.message, ())


def test_official_clients_raise_our_errors() -> None:
    error = RateLimited(limit="requests", retry_after_s=2)
    for dialect, client, kind in (
        (
            openai.DIALECT,
            openai_client.OpenAI(api_key="k", base_url="http://x"),
            openai_client.RateLimitError,
        ),
        (anthropic.DIALECT, anthropic_client.Anthropic(api_key="k"), anthropic_client.RateLimitError),
    ):
        body = json.loads(dialect.encode_error(error, request_id="req_1"))
        response = httpx2.Response(429, json=body, request=httpx2.Request("POST", "http://x"))
        raised = client._make_status_error("failed", body=body, response=response)
        assert type(raised) is kind
        client.close()
    assert ollama_client.ResponseError(ollama.DIALECT.encode_error(error, request_id="r").decode()).error == (
        error.message
    )


def test_a_stream_error_is_an_event_of_its_own() -> None:
    context = EncodeContext(request_id="req_1", model="m", created_at_s=1)
    wire = anthropic.DIALECT.stream_encoder(context).error(UpstreamOverloaded(provider="p"))
    assert [event.event for event in SseReader().feed(wire)] == [b"error"]


@pytest.mark.parametrize(
    "secret", ["sk-proj-abcdefghijklmnop1234", "AIzaSyA1234567890abcdefghijk", "gsk_abcdefghijklmnopq"]
)
def test_a_quoted_credential_is_hidden(secret: str) -> None:
    body = json.dumps({"error": {"message": f"Incorrect API key provided: {secret}."}}).encode()
    error = openai.DIALECT.decode_error(401, {}, body, provider="p")
    assert error.upstream_message == "Incorrect API key provided: [hidden]."
    assert secret not in json.dumps(error.to_json())


NO_ANSWERS: list[tuple[Any, type[UpstreamError], str]] = [
    ({"error": {"type": "invalid_request_error", "message": "Bad."}}, UpstreamRefused, "p: Bad."),
    ({"error": {"type": "rate_limit_error", "message": "Slow."}}, UpstreamRateLimited, "p "),
    ({"message": "Out of order."}, UpstreamServerError, "p failed. Out of order."),
    ({"message": "Out of order.", "status": 500}, UpstreamServerError, "p failed with status 500. Out"),
    ({"id": "x", "results": []}, UpstreamBroken, "p sent an answer that broke off or cannot be read"),
]


@pytest.mark.parametrize(("value", "kind", "sentence"), NO_ANSWERS)
def test_what_comes_under_status_200_in_place_of_an_answer_is_classified(
    value: Any, kind: type[UpstreamError], sentence: str
) -> None:
    error = error_instead(value, provider="p")
    assert type(error) is kind
    assert error.message.startswith(sentence)
