"""The process of one piece of work: takes an order, locks itself in, runs the function, reports.

Started by ``Workers`` only. The order comes on standard input, which stays open as long as whoever ordered it
lives: its end ends this process, so that none is left when the house is killed. Reports go to what was
standard output; whatever a library prints goes nowhere.
"""

import importlib
import os
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO, Final

import msgspec

from salon.foundation.workers.confine import confine
from salon.foundation.workers.models import Done, Failed, Order, Refusal, Report, Sent

_LENGTH: Final = struct.Struct(">I")
_DETAIL: Final = 300


def main() -> None:
    """Carry out one order."""
    stdin = sys.stdin.buffer
    out = _take_output()
    (size,) = _LENGTH.unpack(stdin.read(_LENGTH.size))
    order = msgspec.msgpack.decode(stdin.read(size), type=Order)
    threading.Thread(target=_watch, args=(stdin.fileno(),), daemon=True).start()
    encoder = msgspec.msgpack.Encoder()

    def report(value: Report) -> None:
        body = encoder.encode(value)
        out.write(_LENGTH.pack(len(body)) + body)
        out.flush()

    report(_carry_out(order, lambda value: report(Sent(value=value))))
    os._exit(0)  # what a library left behind needs no tidying up, and may hang in it


def _carry_out(order: Order, send: Callable[[Any], None]) -> Report:
    try:
        function = _function(order.function)
        confine(order.limits)
        return Done(value=function(order.arguments, send))
    except Refusal as refusal:
        return Failed(kind="refused", detail=str(refusal)[:_DETAIL])
    except MemoryError:
        return Failed(kind="memory", detail="")
    except BaseException as error:  # noqa: BLE001 - what a parser raises about bad bytes is its answer
        # Its type alone: its words may quote what was read.
        return Failed(kind="crashed", detail=type(error).__name__)


def _function(name: str) -> Callable[[dict[str, Any], Callable[[Any], None]], Any]:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _take_output() -> BinaryIO:
    """Keep standard output for reports, and send what is printed nowhere."""
    kept = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return kept


def _watch(handle: int) -> None:
    """End with whoever ordered this."""
    while os.read(handle, 4096):
        pass
    os._exit(3)


if __name__ == "__main__":
    main()
