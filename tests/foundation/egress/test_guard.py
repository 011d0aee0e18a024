"""The audit hook: no library of the server process connects anywhere by itself."""

import subprocess
import sys

from salon.foundation.egress import ConnectGuard
from salon.foundation.egress.guard import permitting

SCRIPT = """
import asyncio, socket, sys
from salon.foundation.egress import ADMIN, Egress, Url, guard

listening = socket.create_server(("127.0.0.1", 0))
port = listening.getsockname()[1]
guard.install()

def refused(connect):
    try:
        connect()
    except PermissionError:
        return True
    return False

assert refused(lambda: socket.create_connection(("127.0.0.1", port)))
assert refused(lambda: socket.socket(socket.AF_UNIX).connect("/tmp/x"))

async def by_egress():
    url = Url(scheme="http", host="127.0.0.1", port=port)
    (await Egress().open_socket(url, policy=ADMIN)).close()
    try:
        await asyncio.open_connection("127.0.0.1", port)
    except PermissionError:
        return
    raise AssertionError("asyncio connected by itself")

asyncio.run(by_egress())
guard.allow_infrastructure("localhost", port)
socket.create_connection(("127.0.0.1", port)).close()
assert guard.refused == 3, guard.refused
print("held")
"""


def test_an_installed_guard_lets_only_egress_and_infrastructure_out():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.stdout == "held\n", done.stderr


def test_a_permit_holds_for_one_address_one_thread_and_one_moment():
    guard = ConnectGuard()
    with permitting(("192.0.2.1", 443)):
        assert guard.is_allowed(("192.0.2.1", 443))
        assert not guard.is_allowed(("192.0.2.1", 80))
        assert not guard.is_allowed(("192.0.2.2", 443))
    assert not guard.is_allowed(("192.0.2.1", 443))


def test_socket_files_are_allowed_by_name():
    guard = ConnectGuard()
    guard.allow_path("/run/salon.sock")
    assert guard.is_allowed("/run/salon.sock")
    assert not guard.is_allowed("/run/docker.sock")
