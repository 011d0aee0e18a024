"""A name server that changes its answer between the check and the connection, on the real resolver."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_CHILD = Path(__file__).with_name("rebinding.py")
_WAYS = (
    ["unshare", "--mount", "--net"],
    ["unshare", "--map-root-user", "--mount", "--net"],
)


@pytest.fixture
def namespace() -> list[str]:
    """A command that starts another one where nothing it does reaches this machine."""
    if shutil.which("unshare") is None or shutil.which("mount") is None:
        pytest.skip("unshare and mount are not installed")
    for way in _WAYS:
        # The very thing that is needed: another file in the resolver's place, seen by nobody else.
        trial = [*way, "mount", "--bind", "/dev/null", "/etc/resolv.conf"]
        if subprocess.run(trial, capture_output=True, timeout=60, check=False).returncode == 0:
            return way
    pytest.skip("this machine allows no namespaces of one's own")


def test_a_name_that_turns_to_an_inside_address_is_never_followed(namespace, tmp_path):
    done = subprocess.run(
        [*namespace, sys.executable, str(_CHILD), str(tmp_path)],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["first"] == ["1.2.3.4"] * 5
    assert seen["asked"] == [2], "each name is asked for once per connection"
    assert seen["later"] == ["refused"] * 5
    assert seen["mixed"] == "refused"
    assert not seen["canary"], "nobody called the inside address"
