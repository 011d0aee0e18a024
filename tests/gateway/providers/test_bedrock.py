"""Amazon Bedrock: signatures, the two ways to its models, and credentials in each of their forms."""

import asyncio
import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Reference

from salon.foundation.egress import EgressBroken, HttpReceiver
from salon.foundation.kit.errors import ConfigError
from salon.gateway.configuration.environment import environment_providers
from salon.gateway.providers.bedrock import KIND, shape
from salon.gateway.providers.bedrock.invoke_stream import InvokeStream
from salon.gateway.providers.bedrock.sigv4 import Credentials, Signer
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.fake_provider.aws import event, exception, pack
from salon.testing.fake_provider.journal import Exchange
from salon.testing.gateway_bench import OWNER, GatewayBench

Play = Callable[..., None]
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
WHEN_S = datetime.datetime(2015, 8, 30, 12, 36, tzinfo=datetime.UTC).timestamp()
HOST = ("host", "example.amazonaws.com")
FORM = ("content-type", "application/x-www-form-urlencoded")
PUBLISHED: dict[str, tuple[str, str, list[tuple[str, str]], bytes, str]] = {
    "get-vanilla": ("GET", "/", [HOST], b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    "get-vanilla-query-order-key-case": (
        "GET", "/?Param2=value2&Param1=value1", [HOST], b"",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "get-unreserved": (
        "GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", [HOST], b"",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ),
    "get-utf8": (
        "GET", "/\u1234", [HOST], b"", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
    ),
    "get-header-value-trim": (
        "GET", "/", [HOST, ("my-header1", " value1"), ("my-header2", ' "a   b   c"')], b"",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    "get-header-key-duplicate": (
        "GET", "/", [HOST, *(("my-header1", value) for value in ("value2", "value2", "value1"))], b"",
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    ),
    "post-vanilla": ("POST", "/", [HOST], b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    "post-x-www-form-urlencoded": (
        "POST", "/", [FORM, HOST], b"Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
}  # fmt: skip
"""Of the test suite that AWS published for signature version 4: what is signed, and the signature."""
LENT = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8"
    "YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6"
    "fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQ"
    "wj2ICCR/oLxBA=="
)


def signer(**changed: Any) -> Signer:
    """Return a signer with the suite's credentials."""
    credentials = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key=SECRET, **changed)
    return Signer(credentials, region="us-east-1", service="service")


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_requests_have_their_signature(name: str) -> None:
    method, target, headers, body, signature = PUBLISHED[name]
    signed = dict(signer().sign(method, target, headers, body, now_s=WHEN_S))
    names = ";".join(sorted({*(header for header, _ in headers), "x-amz-date"}))
    scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
    assert signed["x-amz-date"] == "20150830T123600Z"
    assert signed["authorization"] == (
        f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}"
    )


def test_lent_credentials_sign_their_token_too() -> None:
    signed = dict(signer(session_token=LENT).sign("POST", "/", [HOST], b"", now_s=WHEN_S))
    assert signed["x-amz-security-token"] == LENT
    assert signed["authorization"].endswith(
        "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
    )


def spec(fake: FakeProvider, secret: str = "bedrock-canary-key", **options: str) -> ProviderSpec:
    """Declare the fake as Bedrock."""
    given = {"region": "eu-central-1", **options}
    return ProviderSpec(
        name="aws", kind="bedrock", base_url=fake.url, api_key=secret, allow_private=True, options=given
    )


def reference(fake: FakeProvider, exchange: Exchange, credentials: Reference) -> str:
    """Return the signature that Amazon's own code makes for a request as it came."""
    moment = exchange.header("x-amz-date")
    request = AWSRequest(
        method="POST",
        url=fake.url + exchange.target,
        data=exchange.body,
        headers={"content-type": "application/json", "host": exchange.header("host")},
    )
    request.context["timestamp"] = moment
    request.headers["X-Amz-Date"] = moment
    if credentials.token:
        request.headers["X-Amz-Security-Token"] = credentials.token
    auth = SigV4Auth(credentials, "bedrock", "eu-central-1")
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


EXPORTED = json.dumps(
    {"Version": 1, "AccessKeyId": "ASIAEXAMPLE0001", "SecretAccessKey": SECRET, "SessionToken": LENT}
)


@pytest.mark.parametrize(
    "model", ["eu.amazon.nova-2-lite-v1:0", "us.anthropic.claude-sonnet-5-v1:0", "mistral.große/x"]
)
@pytest.mark.parametrize("lent", [False, True])
def test_amazons_own_code_makes_the_same_signature(play: Play, model: str, lent: bool) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        declared = spec(fake, EXPORTED) if lent else spec(fake, SECRET, access_key_id="AKIAEXAMPLE0001")
        await bench.service.add(OWNER.caller, declared)
        for stream in (False, True):
            assert (await bench.call(f"aws/{model}", "grüß dich", stream=stream)).status == 200
            exchange = fake.journal.exchanges[-1]
            key_id = "ASIAEXAMPLE0001" if lent else "AKIAEXAMPLE0001"
            made = reference(fake, exchange, Reference(key_id, SECRET, LENT if lent else None))
            assert (exchange.header("authorization") or "").endswith(f"Signature={made}")

    play(scene)


@pytest.mark.parametrize(
    ("model", "stream", "target"),
    [
        ("eu.amazon.nova-2-lite-v1:0", False, "/model/eu.amazon.nova-2-lite-v1%3A0/converse"),
        ("eu.amazon.nova-2-lite-v1:0", True, "/model/eu.amazon.nova-2-lite-v1%3A0/converse-stream"),
        ("anthropic.claude-x-v1:0", False, "/model/anthropic.claude-x-v1%3A0/invoke"),
        ("global.anthropic.claude-x", True, "/model/global.anthropic.claude-x/invoke-with-response-stream"),
    ],
)
def test_each_model_is_asked_in_its_way(play: Play, model: str, stream: bool, target: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake))
        for caller in ("openai", "anthropic", "gemini"):
            reply = await bench.call(f"aws/{model}", dialect=caller, stream=stream)
            assert reply.status == 200, reply.body
            exchange = fake.journal.exchanges[-1]
            assert (exchange.target, exchange.header("authorization")) == (
                target,
                "Bearer bedrock-canary-key",
            )

    play(scene)


def test_an_anthropic_callers_bytes_pass_and_its_betas_move_into_the_body(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake))
        beta = {"anthropic-beta": "context-1m-2025-08-07, files-api"}
        words = "{{fake think=2;fault=split:3}}"
        reply = await bench.call(
            "aws/anthropic.x", words, dialect="anthropic", stream=True, headers=beta, new=[1.0]
        )
        exchange = fake.journal.exchanges[-1]
        sent = json.loads(exchange.body)
        assert sent["anthropic_beta"] == ["context-1m-2025-08-07", "files-api"]
        assert set(sent) == {"anthropic_beta", "anthropic_version", "messages", "max_tokens", "new"}
        assert exchange.header("anthropic-beta") is None
        assert b'"signature_delta"' in reply.body
        assert reply.body.count(b"event: message_stop\ndata: ") == 1

    play(scene)


class Heard:
    """A receiver that keeps what it hears."""

    def __init__(self) -> None:
        self.type = b""
        self.body = b""
        self.end: Any = None

    def on_head(self, status: int, headers: Any) -> None:
        """Keep the type."""
        self.type = dict(headers)[b"content-type"]

    def on_data(self, data: bytes) -> None:
        """Keep data."""
        self.body += data

    def on_end(self) -> None:
        """Keep the end."""
        self.end = "end"

    def on_error(self, error: Any) -> None:
        """Keep the error."""
        self.end = error


def unpacked(*frames: bytes, cut: int = 1) -> Heard:
    """Return what is heard of a stream of InvokeModel, ``cut`` bytes at a time."""
    heard = Heard()
    receiver: HttpReceiver = InvokeStream(heard, "bedrock")
    receiver.on_head(200, [(b"content-type", b"application/vnd.amazon.eventstream")])
    data = b"".join(frames)
    for start in range(0, len(data), cut):
        receiver.on_data(data[start : start + cut])
    receiver.on_end()
    return heard


def test_chunks_become_the_events_they_hold() -> None:
    chunk = event("chunk", {"bytes": "eyJ0eXBlIjoicGluZyJ9", "p": "abc"}).data
    heard = unpacked(chunk, exception("throttlingException", "slow down").data)
    told = b'{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}'
    assert heard.type == b"text/event-stream"
    assert heard.body == b'event: ping\ndata: {"type":"ping"}\n\nevent: error\ndata: ' + told + b"\n\n"
    assert heard.end == "end"


@pytest.mark.parametrize(
    "broken",
    [
        event("chunk", {"bytes": "eyJ0eXBlIjoicGluZyJ9"}).data[:-1] + b"\0",
        event("chunk", {"bytes": "no base64!"}).data,
        pack(b"{oops", {":event-type": "chunk", ":message-type": "event"}),
    ],
)
def test_what_cannot_be_unpacked_ends_with_an_error(broken: bytes) -> None:
    ping = event("chunk", {"bytes": "eyJ0eXBlIjoicGluZyJ9"}).data
    for cut in (1, 10_000):
        heard = unpacked(ping, broken, ping, cut=cut)
        assert isinstance(heard.end, EgressBroken)
        assert heard.body == b'event: ping\ndata: {"type":"ping"}\n\n'


@pytest.mark.parametrize(
    ("secret", "options", "words"),
    [
        ("k", {"region": ""}, "needs “region”: an AWS region, like eu-central-1"),
        ("k", {"region": "evil.example/"}, "is not an AWS region"),
        ("two words", {}, "a character that no header can carry"),
        ('{"AccessKeyId": "A"}', {}, "it is not JSON with AccessKeyId and SecretAccessKey"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    play: Play, secret: str, options: dict[str, str], words: str
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        with pytest.raises(ConfigError, match=words):
            await bench.service.add(OWNER.caller, spec(fake, secret, **options))

    play(scene)


def test_the_region_is_in_the_address_and_the_environment_brings_it() -> None:
    found = shape(KIND, {"region": "cn-north-1", "domain": "amazonaws.com.cn"})
    assert found.base_url == "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"
    key = {"AWS_BEARER_TOKEN_BEDROCK": "k"}
    assert environment_providers([KIND], {**key, "AWS_REGION": "nowhere"}) == []
    (declared,) = environment_providers([KIND], {**key, "AWS_REGION": "us-west-2"})
    assert declared.spec.options == {"region": "us-west-2"}


def test_a_lent_secret_is_shown_to_nobody(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        caplog.set_level("DEBUG")
        await bench.service.add(OWNER.caller, spec(fake, EXPORTED))
        reply = await bench.call("aws/x", f"{{{{fake fault=400}}}} {SECRET}")
        await asyncio.sleep(0)
        seen = caplog.text + str(await bench.rows()) + str(reply.body)
        assert SECRET not in seen
        assert LENT not in seen
        assert SECRET.encode() not in (bench.folder / "salon.db").read_bytes()

    play(scene)


@pytest.mark.parametrize("model", ["us.meta.llama3-3-70b-instruct-v1:0", "amazon.titan-text-express-v1"])
def test_llama_and_titan_answer_at_invoke_where_that_is_chosen(play: Play, model: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake, api="invoke"))
        for dialect, stream in (
            ("openai", False),
            ("openai", True),
            ("anthropic", False),
            ("anthropic", True),
        ):
            reply = await bench.call(f"aws/{model}", "{{fake tokens=3}}", dialect=dialect, stream=stream)
            assert (reply.status, b"tok " in reply.body) == (200, True)
            end = "invoke-with-response-stream" if stream else "invoke"
            assert fake.journal.exchanges[-1].target.endswith(f"/{end}")
        tool = {"type": "function", "function": {"name": "w", "parameters": {"type": "object"}}}
        refused = await bench.call(f"aws/{model}", "hi", tools=[tool])
        assert (refused.status, refused.json()["error"]["param"]) == (400, "tools")
        failed = await bench.call(f"aws/{model}", "{{fake fault=error-in-stream}}", stream=True)
        assert b"fake failure in the stream" in failed.body
        counted = [entry.output_tokens for entry, _ in await bench.rows() if entry.status == "ok"]
        assert counted == [3, 3, 3, 3]

    play(scene)
