"""The web app's files: read once from a fixed list, compressed ahead, cached for ever where hashed."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from salon.gateway.exchange import Headers

STATIC: Final = Path(__file__).with_name("static")

_MEDIA_TYPES: Final = {
    ".html": b"text/html; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".mjs": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".png": b"image/png",
    ".ico": b"image/x-icon",
    ".json": b"application/json",
    ".webmanifest": b"application/manifest+json",
    ".woff2": b"font/woff2",
    ".txt": b"text/plain; charset=utf-8",
    ".wasm": b"application/wasm",
}
_ENCODINGS: Final = ((b"br", ".br"), (b"gzip", ".gz"))
_HASHED: Final = re.compile(r"(?:assets|frame)/.+-[\w-]{8}\.\w+")
_FRAME: Final = "frame/"
"""What draws diagrams, in a frame that can reach nothing: some megabytes, read when first asked for."""

CONTENT_POLICY: Final = (
    b"default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    b"font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    b"frame-ancestors 'none'"
)
PAGE_HEADERS: Final[Headers] = [
    (b"content-security-policy", CONTENT_POLICY),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    # Browsers look up names in links before anyone follows one, and a model can write anything as a name.
    (b"x-dns-prefetch-control", b"off"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self), payment=()"),
]

FRAME_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
)
FRAME_HEADERS: Final[Headers] = [
    (b"content-security-policy", FRAME_POLICY),
    (b"referrer-policy", b"no-referrer"),
    # The frame has an origin of its own, so even our scripts are foreign to it; they hold no secret.
    (b"access-control-allow-origin", b"*"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
]


class Page(msgspec.Struct, frozen=True):
    """One answer of the page endpoint."""

    status: int
    headers: Headers
    body: bytes


class _File(msgspec.Struct, frozen=True):
    media_type: bytes
    etag: bytes
    is_hashed: bool
    variants: dict[bytes, bytes]
    """Content by encoding; the empty name is the plain file."""


class Pages:
    """Serves the built web app. A name that was not there when the list was made is not there."""

    def __init__(self, root: Path = STATIC, *, base_path: str = "", asset_address: str = "") -> None:
        self._root = root
        self._base_path = base_path
        self._asset_address = asset_address
        self._headers = _headers_with(asset_address)
        self._files: dict[str, _File] | None = None
        self._later: dict[str, Path] = {}

    def get(self, path: str, headers: Mapping[bytes, bytes]) -> Page | None:
        """Return the answer for ``path`` (no leading slash), or ``None`` if there is no such page.

        A path without a dot in its last part is a place inside the app and gets its one document.
        """
        files = self._files if self._files is not None else self._load()
        file = files.get(path) or self._read_later(path, files)
        if file is None and "." not in path.rpartition("/")[2]:
            file = files.get("index.html")
        if file is None:
            return None
        sent: Headers = [
            (b"content-type", file.media_type),
            (b"etag", file.etag),
            (b"vary", b"accept-encoding"),
            (b"cache-control", b"public, max-age=31536000, immutable" if file.is_hashed else b"no-cache"),
            *(FRAME_HEADERS if path in self._later else self._headers),
        ]
        if file.etag in headers.get(b"if-none-match", b""):
            return Page(304, sent, b"")
        encoding = _choose(file, headers.get(b"accept-encoding", b""))
        if encoding:
            sent.append((b"content-encoding", encoding))
        return Page(200, sent, file.variants[encoding])

    def _load(self) -> dict[str, _File]:
        files: dict[str, _File] = {}
        for path in sorted(self._root.rglob("*")) if self._root.is_dir() else []:
            media_type = _MEDIA_TYPES.get(path.suffix)
            if media_type is not None and path.is_file() and not path.is_symlink():
                name = path.relative_to(self._root).as_posix()
                if name.startswith(_FRAME):
                    self._later[name] = path
                else:
                    files[name] = self._read(path, name, media_type)
        if files:
            self._files = files
        return files

    def _read_later(self, name: str, files: dict[str, _File]) -> _File | None:
        path = self._later.get(name)
        if path is None:
            return None
        files[name] = self._read(path, name, _MEDIA_TYPES[path.suffix])
        return files[name]

    def _placed(self, document: bytes) -> bytes:
        """Return the document with the addresses of this installation."""
        document = document.replace(b'<base href="/">', f'<base href="{self._base_path}/">'.encode("ascii"))
        if not self._asset_address:
            return document
        return document.replace(b'"./assets/', f'"{self._asset_address}/assets/'.encode("ascii"))

    def _read(self, path: Path, name: str, media_type: bytes) -> _File:
        plain = path.read_bytes()
        variants = {b"": plain}
        if name == "index.html" and (self._base_path or self._asset_address):
            variants[b""] = self._placed(plain)
        else:
            for encoding, suffix in _ENCODINGS:
                packed = path.with_name(path.name + suffix)
                if packed.is_file():
                    variants[encoding] = packed.read_bytes()
        digest = hashlib.sha256(variants[b""]).hexdigest()[:20]
        return _File(media_type, f'"{digest}"'.encode("ascii"), bool(_HASHED.fullmatch(name)), variants)


def _headers_with(asset_address: str) -> Headers:
    """Return the headers of a page that may also load its files from ``asset_address``."""
    if not asset_address:
        return PAGE_HEADERS
    parts = urlsplit(asset_address)
    origin = f"{parts.scheme}://{parts.netloc}".encode("ascii")
    policy = CONTENT_POLICY
    for kind in (b"script-src", b"style-src", b"img-src", b"font-src"):
        policy = policy.replace(kind + b" 'self'", kind + b" 'self' " + origin)
    return [(name, policy if value == CONTENT_POLICY else value) for name, value in PAGE_HEADERS]


def _choose(file: _File, accepted: bytes) -> bytes:
    """Return the best encoding that the client takes and we have."""
    offered = {
        part.partition(b";")[0].strip()
        for part in accepted.lower().split(b",")
        if part.partition(b";")[2].replace(b" ", b"") not in {b"q=0", b"q=0.0"}
    }
    for encoding, _ in _ENCODINGS:
        if encoding in offered and encoding in file.variants:
            return encoding
    return b""
