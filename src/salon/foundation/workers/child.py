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
from salon.foundation.workers.models import Done, Failed, Limits, Order, Refusal, Report, Sent

_LENGTH: Final = struct.Struct(">I")
_DETAIL: Final = 300


def main() -> None:
    """Carry out one order."""
    out = _take_output()
    # What a library left behind needs no tidying up, and may hang in it: the process just ends.
    serve(sys.stdin.buffer, out, lock=confine, end=os._exit)


def serve(
    orders: BinaryIO, out: BinaryIO, *, lock: Callable[[Limits], None], end: Callable[[int], object]
) -> None:
    """Carry out the order that comes, report to ``out``, and ``end``; at once when ``orders`` ends."""
    (size,) = _LENGTH.unpack(orders.read(_LENGTH.size))
    order = msgspec.msgpack.decode(orders.read(size), type=Order)
    threading.Thread(target=_watch, args=(orders.fileno(), end), daemon=True).start()
    encoder = msgspec.msgpack.Encoder()

    def report(value: Report) -> None:
        body = encoder.encode(value)
        out.write(_LENGTH.pack(len(body)) + body)
        out.flush()

    report(_carry_out(order, lambda value: report(Sent(value=value)), lock=lock))
    end(0)


def _carry_out(order: Order, send: Callable[[Any], None], *, lock: Callable[[Limits], None]) -> Report:
    try:
        function = _function(order.function)
        lock(order.limits)
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


def _watch(handle: int, end: Callable[[int], object]) -> None:
    """End with whoever ordered this."""
    while os.read(handle, 4096):
        pass
    end(3)


if __name__ == "__main__":
    main()
