"""Where a redirect leads, and what may be taken along."""

from typing import Final

from salon.foundation.egress.errors import EgressRefused
from salon.foundation.egress.messages import HttpRequest, HttpResponse
from salon.foundation.egress.url import Url, parse_url

_SEE_OTHER: Final = frozenset({301, 302, 303})
_SAME_METHOD: Final = frozenset({307, 308})
_CREDENTIALS: Final = frozenset({b"authorization", b"cookie", b"x-api-key", b"api-key", b"x-goog-api-key"})


def redirected(request: HttpRequest, response: HttpResponse) -> HttpRequest | None:
    """Return the request that follows ``response``, or ``None`` if it is no redirect.

    Credentials stay behind when the peer changes; https never becomes http. The address is checked by
    egress like any other. Raises: EgressRefused.
    """
    if response.status not in _SEE_OTHER and response.status not in _SAME_METHOD:
        return None
    location = response.header(b"location")
    if location is None:
        return None
    url, target = _follow(request, location)
    if request.url.scheme == "https" and url.scheme == "http":
        raise EgressRefused(host=url.host, detail="a redirect led from https to http")
    headers = request.headers
    if url != request.url:
        headers = [(name, value) for name, value in headers if name.lower() not in _CREDENTIALS]
    keeps_method = response.status in _SAME_METHOD or request.method in {b"GET", b"HEAD"}
    return HttpRequest(
        url=url,
        target=target.encode("ascii"),
        method=request.method if keeps_method else b"GET",
        headers=headers,
        body=request.body if keeps_method else b"",
    )


def _follow(request: HttpRequest, location: bytes) -> tuple[Url, str]:
    text = location.decode("latin-1")
    base = str(request.url)
    if text.startswith("//"):
        return parse_url(f"{request.url.scheme}:{text}")
    if text.startswith("/"):
        return parse_url(base + text)
    if "://" in text.split("?", 1)[0]:
        return parse_url(text)
    directory = request.target.decode("latin-1").split("?", 1)[0].rsplit("/", 1)[0]
    return parse_url(f"{base}{directory}/{text}")
