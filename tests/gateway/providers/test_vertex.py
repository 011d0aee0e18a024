"""Vertex AI: the claim a service account signs, where each maker's models are asked, and what is refused."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from salon.foundation.kit.errors import ConfigError
from salon.gateway.configuration.environment import environment_providers
from salon.gateway.providers.vertex import KIND, shape
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench

Play = Callable[..., None]
BELOW = "/projects/my-project/locations/global/publishers"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: Any) -> str:
    """Return a private key as key files hold it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def account(url: str, **changed: Any) -> str:
    """Return the key file of a service account."""
    fields = {
        "type": "service_account",
        "client_email": "salon@p.iam.gserviceaccount.com",
        "private_key_id": "kid-1",
        "private_key": pem(KEY),
        "token_uri": f"{url}/token",
        **changed,
    }
    return json.dumps(fields)


def spec(fake: FakeProvider, secret: str | None = None, **options: str) -> ProviderSpec:
    """Declare the fake as Vertex."""
    return ProviderSpec(
        name="vx",
        kind="vertex",
        base_url=fake.url,
        api_key=secret or account(fake.url),
        allow_private=True,
        options={"project": "my-project", **options},
    )


def part(token: str, number: int) -> dict[str, Any]:
    """Return one part of a JSON Web Token."""
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_the_claim_is_signed_and_says_who_asks(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake))
        assert (await bench.call("vx/gemini-2.5-flash")).status == 200
        (form,) = fake.tokens.asked
        token = form["assertion"]
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        assert part(token, 0) == {"alg": "RS256", "typ": "JWT", "kid": "kid-1"}
        claim = part(token, 1)
        assert (claim["iss"], claim["aud"]) == ("salon@p.iam.gserviceaccount.com", f"{fake.url}/token")
        assert claim["scope"] == "https://www.googleapis.com/auth/cloud-platform"
        assert claim["exp"] - claim["iat"] == 3600
        signed, _, signature = token.rpartition(".")
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        KEY.public_key().verify(raw, signed.encode(), PKCS1v15(), SHA256())

    play(scene)


@pytest.mark.parametrize(
    ("model", "stream", "target"),
    [
        ("gemini-2.5-pro", False, f"/v1beta1{BELOW}/google/models/gemini-2.5-pro:generateContent"),
        (
            "gemini-2.5-pro",
            True,
            f"/v1beta1{BELOW}/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
        ),
        ("claude-x@20251101", False, f"/v1{BELOW}/anthropic/models/claude-x@20251101:rawPredict"),
        ("claude-x@20251101", True, f"/v1{BELOW}/anthropic/models/claude-x@20251101:streamRawPredict"),
    ],
)
def test_each_maker_is_asked_at_its_place(play: Play, model: str, stream: bool, target: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake))
        for caller in ("openai", "anthropic", "gemini"):
            assert (await bench.call(f"vx/{model}", dialect=caller, stream=stream)).status == 200
            exchange = fake.journal.exchanges[-1]
            assert (exchange.target, exchange.header("authorization")) == (target, "Bearer fake-token-1")
            assert exchange.header("x-goog-api-key") is None

    play(scene)


def test_an_anthropic_caller_passes_but_for_what_the_address_says(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, spec(fake))
        beta = {"anthropic-beta": "interleaved-thinking-2025-05-14"}
        await bench.call("vx/claude-x", dialect="anthropic", headers=beta, new_field={"a": [1.0]})
        exchange = fake.journal.exchanges[-1]
        sent = json.loads(exchange.body)
        assert set(sent) == {"messages", "max_tokens", "new_field", "stream", "anthropic_version"}
        assert exchange.header("anthropic-beta") == "interleaved-thinking-2025-05-14"

    play(scene)


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("global", "https://aiplatform.googleapis.com"),
        ("eu", "https://aiplatform.eu.rep.googleapis.com"),
        ("europe-west4", "https://europe-west4-aiplatform.googleapis.com"),
    ],
)
def test_the_location_is_in_the_address(location: str, address: str) -> None:
    assert shape(KIND, {"project": "p", "location": location}).base_url == address


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("AIzaSomething", "it is not the JSON key of a service account"),
        (account("https://x", type="authorized_user"), "a key of another type"),
        (account("https://x", private_key="-----BEGIN"), "its private_key cannot be read"),
        (account("https://x", private_key=pem(ec.generate_private_key(ec.SECP256R1()))), "is no RSA key"),
        (account("http://tokens.example"), "its token_uri is no https address"),
    ],
)
def test_what_is_no_key_file_is_refused_without_its_words(play: Play, secret: str, words: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        with pytest.raises(ConfigError, match=words) as caught:
            await bench.service.add(OWNER.caller, spec(fake, secret))
        assert secret[:12] not in caught.value.message

    play(scene)


def test_a_missing_project_is_named(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        with pytest.raises(ConfigError, match="needs “project”: the id of a Google Cloud project"):
            await bench.service.add(OWNER.caller, spec(fake, project=""))
        with pytest.raises(ConfigError, match=r"“europe/\.\./x” is not where models run"):
            await bench.service.add(OWNER.caller, spec(fake, location="europe/../x"))

    play(scene)


def test_the_environment_brings_it_when_it_says_enough() -> None:
    key = {"GOOGLE_APPLICATION_CREDENTIALS_JSON": account("https://x")}
    assert environment_providers([KIND], key) == []
    (found,) = environment_providers([KIND], {**key, "GOOGLE_CLOUD_PROJECT": "p"})
    assert found.spec.options == {"project": "p"}
