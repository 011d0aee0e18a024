"""A house whose process gets no more memory: large requests fail, each with an end, and the house goes on."""

import http.client
import sys
import time
from pathlib import Path

import pytest

from salon.testing.house import House, HouseSetup

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limit of a running process is Linux's")

LARGE = {
    "/v1/chat/completions": 60,
    "/v1/messages": 60,
    "/v1/responses": 60,
    "/v1beta/models/demo:generateContent": 60,
    "/salon/v1/keys": 0.9,
}
"""Where to, and how many megabytes."""
MARK = "canary" * 1000
SMALL = {"model": "demo", "messages": [{"role": "user", "content": "hello"}]}


def _send_large(house: House, path: str, megabytes: float) -> int | None:
    """Return the status, or None when the connection was given up."""
    text = MARK * round(megabytes * 1e6 / len(MARK))
    message = {"role": "user", "content": text, "parts": [{"text": text}]}
    body = {"model": "demo", "max_tokens": 5, "messages": [message]}
    try:
        return house.request("POST", path, body, timeout_s=100)[0]
    except TimeoutError:
        raise
    except (OSError, http.client.HTTPException):
        return None


def _memory_bytes(house: House) -> int:
    return int(Path(f"/proc/{house.pid}/statm").read_text().split()[0]) * 4096


@pytest.mark.parametrize("spare_megabytes", [200, 60])
def test_large_requests_fail_and_the_house_goes_on(tmp_path: Path, spare_megabytes: int) -> None:
    import resource

    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    with House(tmp_path / "data", HouseSetup()) as house:
        assert house.request("POST", "/v1/chat/completions", SMALL)[0] == 200
        assert house.get("/salon/v1/status")[0] == 200
        most = _memory_bytes(house) + spare_megabytes * 1_000_000
        resource.prlimit(house.pid, resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
        statuses = [_send_large(house, path, size) for path, size in LARGE.items()]
        assert statuses.count(200) < len(LARGE), "the memory sufficed, so nothing was tried"
        assert house.request("POST", "/v1/chat/completions", SMALL)[0] == 200
        resource.prlimit(house.pid, resource.RLIMIT_AS, unlimited)
        deadline = time.monotonic() + 60
        while b'"open_streams":0' not in house.get("/salon/v1/status")[1]:
            assert time.monotonic() < deadline, "a request never ended"
            time.sleep(0.05)
        assert "canary" not in house.log_text()
