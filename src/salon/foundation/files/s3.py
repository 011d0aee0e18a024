"""An S3-compatible store behind the blob port, through the house's one way out.

Small content goes in one PUT; larger content in parts of 8 MiB, so that memory stays flat. Reading asks
for ranges of the same size.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from salon.foundation.egress import (
    EgressError,
    EgressPolicy,
    HttpClient,
    HttpRequest,
    HttpResponse,
    parse_url,
)
from salon.foundation.files.blobs import check_hash
from salon.foundation.files.sigv4 import EMPTY_SHA256, Credentials, Query, encode_path, encode_query, sign
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import NotFound, StorageError

PART_BYTES: Final = 8 * 1024 * 1024
TIMEOUT_S: Final = 60.0
ATTEMPTS: Final = 3
_UPLOAD_ID: Final = re.compile(rb"<UploadId>([^<]+)</UploadId>")
_CODE: Final = re.compile(rb"<Code>([A-Za-z0-9]+)</Code>")


class S3Blobs:
    """Objects named by their hash, path-style addresses: ``<endpoint>/<bucket>/<prefix>ab/abcd…``."""

    def __init__(
        self,
        client: HttpClient,
        *,
        endpoint: str,
        bucket: str,
        credentials: Credentials,
        policy: EgressPolicy,
        prefix: str = "",
        clock: Clock | None = None,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self._client = client
        self._url, _ = parse_url(endpoint)
        self._bucket = bucket
        self._credentials = credentials
        self._policy = policy
        self._prefix = prefix
        self._clock = clock or SystemClock()
        self._part_bytes = part_bytes

    async def put(self, hash_: str, source: Path, *, size_bytes: int) -> None:
        """Upload a finished local file."""
        if size_bytes > self._part_bytes:
            await self._put_parts(hash_, source)
            return
        body = await asyncio.to_thread(source.read_bytes)
        if len(body) != size_bytes:
            raise StorageError(problem="The upload was cut on its way to the disk.", fix="Send it again.")
        _expect(await self._call("PUT", hash_, body=body), {200})

    async def read(self, hash_: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the content in chunks."""
        while end is None or start < end:
            wanted = self._part_bytes if end is None else min(self._part_bytes, end - start)
            span = b"bytes=%d-%d" % (start, start + wanted - 1)
            answer = await self._call("GET", hash_, headers=[(b"range", span)])
            if answer.status == 416:
                return
            _expect(answer, {200, 206}, hash_=hash_)
            if answer.body:
                yield answer.body
            if answer.status == 200 or len(answer.body) < wanted:
                return
            start += wanted

    def path_of(self, hash_: str) -> Path | None:
        """Return nothing: it lies elsewhere."""
        return None

    async def delete(self, hash_: str) -> None:
        """Delete the object."""
        _expect(await self._call("DELETE", hash_), {200, 204, 404})

    async def exists(self, hash_: str) -> bool:
        """Tell whether the object is there."""
        answer = await self._call("GET", hash_, headers=[(b"range", b"bytes=0-0")])
        if answer.status in {404, 416}:
            # 416 is what an object of no bytes says to a range.
            return answer.status == 416
        _expect(answer, {200, 206})
        return True

    async def _put_parts(self, hash_: str, source: Path) -> None:
        begun = await self._call("POST", hash_, query=[("uploads", "")])
        _expect(begun, {200})
        found = _UPLOAD_ID.search(begun.body)
        if found is None:
            raise _failed(begun, "no upload id")
        upload_id = found[1].decode()
        try:
            tags = [tag async for tag in self._upload_parts(hash_, source, upload_id)]
            parts = "".join(
                f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
                for number, tag in enumerate(tags, 1)
            )
            body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
            done = await self._call("POST", hash_, query=[("uploadId", upload_id)], body=body)
            _expect_joined(done)
        except BaseException:
            await asyncio.shield(self._call("DELETE", hash_, query=[("uploadId", upload_id)]))
            raise

    async def _upload_parts(self, hash_: str, source: Path, upload_id: str) -> AsyncIterator[str]:
        number = 0
        with source.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, self._part_bytes):
                number += 1
                query = [("partNumber", str(number)), ("uploadId", upload_id)]
                answer = await self._call("PUT", hash_, query=query, body=chunk)
                _expect(answer, {200})
                tag = next((value for name, value in answer.headers if name == b"etag"), b"")
                yield tag.decode("latin-1")

    async def _call(
        self,
        method: str,
        hash_: str,
        *,
        query: Query | None = None,
        body: bytes = b"",
        headers: list[tuple[bytes, bytes]] | None = None,
    ) -> HttpResponse:
        check_hash(hash_)
        path = f"/{self._bucket}/{self._prefix}{hash_[:2]}/{hash_}"
        digest = await asyncio.to_thread(_sha256, body) if body else EMPTY_SHA256
        for attempt in range(ATTEMPTS):
            signed = sign(
                self._credentials,
                method=method,
                host=self._url.authority,
                path=path,
                query=query or [],
                payload_sha256=digest,
                now_ms=self._clock.now_ms(),
            )
            target = encode_path(path) + ("?" + encode_query(query) if query else "")
            request = HttpRequest(
                url=self._url,
                method=method.encode(),
                target=target.encode(),
                headers=[*signed, *(headers or [])],
                body=body,
            )
            try:
                answer = await self._client.fetch(
                    request,
                    timeout_s=TIMEOUT_S,
                    policy=self._policy,
                    max_bytes=self._part_bytes + 64 * 1024,
                )
            except EgressError as error:
                if attempt + 1 == ATTEMPTS:
                    raise _unreachable(error) from error
            else:
                if answer.status < 500 or attempt + 1 == ATTEMPTS:
                    return answer
            await asyncio.sleep(0.2 * 2**attempt)
        raise AssertionError("unreachable")


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _expect(answer: HttpResponse, statuses: set[int], *, hash_: str = "") -> None:
    if answer.status in statuses:
        return
    if answer.status == 404 and hash_:
        raise NotFound(what="stored content", id=hash_)
    raise _failed(answer, "")


def _expect_joined(answer: HttpResponse) -> None:
    # The end of a multipart upload can fail inside a 200.
    if answer.status != 200 or _CODE.search(answer.body):
        raise _failed(answer, "the parts were not joined")


def _failed(answer: HttpResponse, detail: str) -> StorageError:
    code = _CODE.search(answer.body)
    reason = code[1].decode() if code else detail or f"status {answer.status}"
    return StorageError(
        problem=f"The file store refused the request ({reason}).",
        fix="Check the bucket, its region and the credentials in the settings.",
    )


def _unreachable(error: EgressError) -> StorageError:
    return StorageError(
        problem=f"The file store cannot be reached ({type(error).__name__}).",
        fix="Check files.endpoint in the settings and that the store runs.",
    )
