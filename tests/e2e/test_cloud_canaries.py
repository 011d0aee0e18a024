"""Credentials of clouds, and the tokens fetched with them: planted in a whole Salon, then looked for."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup

SECRET = "canarySecretKey/7Jq2ZpXw9LmN4RtVbCdEfGhIjKl"
LENT = "canarySessionToken//////////wEXAMPLEtc764bNrC9SAPBSM22"
PLANS = ("tokens=2", "fault=echo-key", "fault=401", "fault=500", "fault=error-in-stream", "fault=bad-json")


def key_pem() -> str:
    """Return a fresh RSA key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def declared(url: str, pem: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Return kind by kind a credential and the options beside it."""
    account = {
        "type": "service_account",
        "client_email": "a@b",
        "private_key": pem,
        "token_uri": f"{url}/token",
    }
    lent = {"AccessKeyId": "ASIAEXAMPLE0001", "SecretAccessKey": SECRET, "SessionToken": LENT}
    return {
        "azure": (SECRET, {"tenant_id": "t", "client_id": "c", "authority": url}),
        "vertex": (json.dumps(account), {"project": "p"}),
        "bedrock": (json.dumps(lent), {"region": "eu-central-1"}),
        "cohere": (SECRET, {}),
    }


@pytest.fixture(scope="module")
def told(
    tmp_path_factory: pytest.TempPathFactory, module_column: Column
) -> tuple[list[str], dict[str, bytes]]:
    """The secrets by their most telling lines, and everything that could hold one."""
    pem = key_pem()
    seen: dict[str, bytes] = {}
    setup = HouseSetup(settings={"log": {"level": "debug", "format": "json"}}, column=module_column)
    with (
        FakeProvider().in_thread() as fake,
        House(tmp_path_factory.mktemp("clouds") / "data", setup) as house,
    ):
        for kind, (secret, options) in declared(fake.url, pem).items():
            refusal = (400, {"error": "invalid_grant", "error_description": f"no {secret}"})
            for name, plans, fake.tokens.refusal in ((kind, PLANS, None), (f"no-{kind}", PLANS[:1], refusal)):
                body: dict[str, Any] = {"kind": kind, "name": name, "base_url": fake.url, "options": options}
                body |= {"api_key": secret, "allow_private": True}
                status, made = house.request("POST", "/salon/v1/providers", body)
                assert status == 201, made
                seen[f"answers of {name}"] = made + b"".join(ask(house, name, plan) for plan in plans)
        for page in ("providers", "audit", "requests", "doctor"):
            seen[page] = house.request("GET", f"/salon/v1/{page}")[1]
        tokens = [f"fake-token-{number}" for number in range(1, len(fake.tokens.asked) + 1)]
        assert len(fake.tokens.asked) > 2
        seen["log"] = house.log_text().encode()
        seen |= {str(path): path.read_bytes() for path in house.data_dir.rglob("*") if path.is_file()}
        seen["state"] = b"\n".join(data for _, data in module_column.contents(house.data_dir))
    return [SECRET, LENT, pem.splitlines()[5], *tokens], seen


def ask(house: House, kind: str, plan: str) -> bytes:
    """Ask a cloud, streaming and not; return all that came."""
    said = [{"role": "user", "content": f"{{{{fake {plan}}}}}"}]
    bodies = [{"model": f"{kind}/m", "messages": said, "stream": stream} for stream in (False, True)]
    return b"".join(house.request("POST", "/v1/chat/completions", body)[1] for body in bodies)


def test_no_credential_of_a_cloud_shows_anywhere(told: tuple[list[str], dict[str, bytes]]) -> None:
    secrets, seen = told
    assert b"tok tok" in b"".join(seen.values())
    leaks = [
        (secret[:12], place) for secret in secrets for place, data in seen.items() if secret.encode() in data
    ]
    assert leaks == []


def test_what_was_looked_through_is_what_there_is(told: tuple[list[str], dict[str, bytes]]) -> None:
    _, seen = told
    assert b"no-bedrock" in seen["state"], "its row, with the sealed credential"
    assert len(seen["log"]) > 100
    assert all(
        b"chat.completion" in seen[f"answers of {kind}"] for kind in ("azure", "vertex", "bedrock", "cohere")
    )
