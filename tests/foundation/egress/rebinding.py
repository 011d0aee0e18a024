"""Run in a network and mount namespace of its own: a resolver that changes its mind, and two listeners.

A UDP name server on port 53 of the namespace's loopback answers the first question about a name with an
outside address and every later one with 127.0.0.1; ``both.test`` gets both at once. The outside address
belongs to the namespace, so that a connection to it is heard. Prints what happened as JSON.
"""

import asyncio
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

from salon.foundation.egress import PUBLIC, Egress, EgressRefused, Url

OUTSIDE = "1.2.3.4"
INSIDE = "127.0.0.1"
SERVER = "127.0.0.53"
PORT = 8080
_SET_ADDRESS, _GET_FLAGS, _SET_FLAGS, _UP = 0x8916, 0x8913, 0x8914, 0x1


def _raise_loopback() -> None:
    """Switch the namespace's loopback on and give it the outside address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for name in (b"lo", b"lo:1"):
            if name != b"lo":
                address = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(OUTSIDE))
                fcntl.ioctl(control, _SET_ADDRESS, struct.pack("16s16s8x", name, address))
            found = fcntl.ioctl(control, _GET_FLAGS, struct.pack("16sh22x", name, 0))
            flags = struct.unpack("16sh22x", found)[1] | _UP
            fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh22x", name, flags))


def _use_resolver(folder: Path) -> None:
    """Lay our own resolver settings over the machine's; only this namespace sees them."""
    for place, text in (
        ("/etc/resolv.conf", f"nameserver {SERVER}\noptions timeout:5 attempts:5\n"),
        ("/etc/nsswitch.conf", "hosts: dns\n"),
    ):
        ours = folder / Path(place).name
        ours.write_text(text)
        ours.chmod(0o644)
        subprocess.run(["mount", "--bind", str(ours), place], check=True, timeout=30)


class NameServer:
    """Answers questions for addresses, differently from the second time on."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((SERVER, 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            question, peer = self._socket.recvfrom(512)
            end, labels = 12, list[str]()
            while question[end]:
                labels.append(question[end + 1 : end + 1 + question[end]].decode())
                end += 1 + question[end]
            wants_ipv4 = question[end + 1 : end + 3] == b"\x00\x01"
            found = self._addresses(".".join(labels)) if wants_ipv4 else []
            head = question[:2] + struct.pack("!HHHHH", 0x8180, 1, len(found), 0, 0)
            answers = [struct.pack("!HHHIH", 0xC00C, 1, 1, 0, 4) + socket.inet_aton(one) for one in found]
            self._socket.sendto(head + question[12 : end + 5] + b"".join(answers), peer)

    def _addresses(self, name: str) -> list[str]:
        if name == "both.test":
            return [OUTSIDE, INSIDE]
        self.asked[name] = self.asked.get(name, 0) + 1
        return [OUTSIDE if self.asked[name] == 1 else INSIDE]


async def _try(egress: Egress, host: str) -> str:
    """Connect as for an address that a person wrote; returns the peer, or that it was refused."""
    try:
        connected = await egress.open_socket(Url(scheme="http", host=host, port=PORT), policy=PUBLIC)
    except EgressRefused:
        return "refused"
    with connected:
        return str(connected.getpeername()[0])


async def _judge(server: NameServer) -> dict[str, object]:
    egress = Egress()
    with socket.create_server((OUTSIDE, PORT)), socket.create_server((INSIDE, PORT)) as canary:
        canary.setblocking(False)
        async with asyncio.timeout(60):
            first = [await _try(egress, f"{number}.test") for number in range(5)]
            later = [await _try(egress, f"{number}.test") for number in range(5)]
            mixed = await _try(egress, "both.test")
        try:
            canary.accept()
            heard = True
        except BlockingIOError:
            heard = False
    egress.close()
    asked = sorted(set(server.asked.values()))
    return {"first": first, "later": later, "mixed": mixed, "asked": asked, "canary": heard}


if __name__ == "__main__":
    _raise_loopback()
    _use_resolver(Path(sys.argv[1]))
    print(json.dumps(asyncio.run(_judge(NameServer()))), flush=True)
    os._exit(0)
