"""The S3 store against a Python S3 server on loopback, through the house's own way out."""

import asyncio
import calendar
import hashlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from salon.foundation.egress import ADMIN, Egress, HttpClient, HttpRequest, parse_url
from salon.foundation.files import Credentials
from salon.foundation.files.s3 import S3Blobs
from salon.foundation.files.sigv4 import EMPTY_SHA256, sign
from salon.foundation.kit.errors import NotFound, StorageError

PART = 5 * 1024 * 1024
"""The smallest part S3 takes but for the last."""


@asynccontextmanager
async def bucket(endpoint: str, name: str, *, create: bool = True) -> AsyncIterator[S3Blobs]:
    client = HttpClient(Egress())
    blobs = S3Blobs(
        client,
        endpoint=endpoint,
        bucket=name,
        credentials=Credentials(access_key="key", secret_key="secret"),
        policy=ADMIN,
        prefix="salon/",
        part_bytes=PART,
    )
    try:
        if create:
            await _create_bucket(client, endpoint, name)
        yield blobs
    finally:
        await client.close()


async def _create_bucket(client: HttpClient, endpoint: str, name: str) -> None:
    url, _ = parse_url(endpoint)
    request = HttpRequest(url=url, method=b"PUT", target=f"/{name}".encode())
    assert (await client.fetch(request, timeout_s=60, policy=ADMIN)).status == 200


@pytest.mark.parametrize("size", [0, 1, 70_000, PART, PART + 1, 2 * PART + 12_345])
def test_content_of_any_size_comes_back_whole(s3_endpoint: str, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    hash_ = hashlib.sha256(content).hexdigest()
    (tmp_path / "upload").write_bytes(content)

    async def play() -> bytes:
        async with bucket(s3_endpoint, f"size-{size}") as blobs:
            assert not await blobs.exists(hash_)
            await blobs.put(hash_, tmp_path / "upload", size_bytes=size)
            assert await blobs.exists(hash_)
            found = b"".join([chunk async for chunk in blobs.read(hash_)])
            await blobs.delete(hash_)
            await blobs.delete(hash_)
            with pytest.raises(NotFound):
                await anext(blobs.read(hash_))
            return found

    assert asyncio.run(play()) == content


def test_a_missing_bucket_and_a_dead_store_are_said_plainly(s3_endpoint: str, tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(b"x")
    hash_ = hashlib.sha256(b"x").hexdigest()

    async def play(address: str) -> str:
        async with bucket(address, "none", create=False) as blobs:
            with pytest.raises(StorageError) as caught:
                await blobs.put(hash_, tmp_path / "upload", size_bytes=1)
            return caught.value.message

    assert "NoSuchBucket" in asyncio.run(play(s3_endpoint))
    assert "cannot be reached" in asyncio.run(play("http://127.0.0.1:47"))


def test_the_signature_is_the_one_of_the_published_example() -> None:
    # The GET Object example of the S3 documentation signs a Range header too; this is the same request
    # without it, computed once with an independent implementation.
    request = AWSRequest(
        method="GET", url="https://examplebucket.s3.amazonaws.com/te%20st.txt?a=b%2Fc&uploads="
    )
    request.headers["X-Amz-Content-SHA256"] = EMPTY_SHA256
    S3SigV4Auth(BotoCredentials("AKID", "SECRET"), "s3", "eu-west-1").add_auth(request)
    stamp = request.headers["X-Amz-Date"]
    now_ms = calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ")) * 1000
    headers = dict(
        sign(
            Credentials(access_key="AKID", secret_key="SECRET", region="eu-west-1"),
            method="GET",
            host="examplebucket.s3.amazonaws.com",
            path="/te st.txt",
            query=[("uploads", ""), ("a", "b/c")],
            payload_sha256=EMPTY_SHA256,
            now_ms=now_ms,
        )
    )
    signature = headers[b"authorization"].decode().rsplit("Signature=", 1)[1]
    assert request.headers["Authorization"].rsplit("Signature=", 1)[1] == signature


def test_credentials_do_not_show_themselves() -> None:
    assert "secret" not in repr(Credentials(access_key="key", secret_key="secret"))
