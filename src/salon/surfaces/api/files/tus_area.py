"""What every answer of the tus protocol has in its head, and what it can do."""

from typing import Final

from salon.gateway.exchange import Headers

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,expiration,termination,checksum"
ALGORITHMS: Final = ("sha1", "sha256", "md5")
AREA: Final = "/salon/v1/uploads"


def area_headers(path: str, *, is_asked: bool = False) -> Headers:
    """Return what every answer below the uploads has; ``is_asked``: what OPTIONS is told besides."""
    if path != AREA and not path.startswith(AREA + "/"):
        return []
    headers: Headers = [(b"tus-resumable", VERSION.encode()), (b"tus-version", VERSION.encode())]
    if is_asked:
        headers += [
            (b"tus-extension", EXTENSIONS.encode()),
            (b"tus-checksum-algorithm", ",".join(ALGORITHMS).encode()),
        ]
    return headers
