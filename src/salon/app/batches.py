"""Puts batches together, and starts the runs that they go on with."""

from typing import TYPE_CHECKING

from salon.gateway.batches import Batches, BatchOptions, Workshop
from salon.gateway.dialects import DIALECTS
from salon.gateway.vault import Vault
from salon.gateway.vault.keys import MasterKeys
from salon.gateway.vault.sealing import Sealer

if TYPE_CHECKING:
    from salon.app.house import House

_HOUR_S = 3600.0


def open_batches(house: "House", keys: MasterKeys, vault: Vault) -> None:
    """Make the batches of a house. Its runs are started after: those left over go on at once."""
    settings = house.live.current.settings.batches
    gateway, lines = (
        house.gateway,
        house.metrics.counter(
            "salon_batch_lines", "Lines of batches that are through, by what became of them.", ["outcome"]
        ),
    )
    workshop = Workshop(
        house.storage,
        house.runs,
        gateway,
        house.accounts,
        house.files,
        handing=gateway.handing,
        books=house.ledger,
        dialects=DIALECTS,
        active=lambda: gateway.admission.active,
        sealer=Sealer(keys, encrypts=settings.encrypt),
        options=BatchOptions(
            concurrency=settings.concurrency,
            max_lines=settings.max_lines,
            max_open=settings.max_open,
            max_open_lines=settings.max_open_lines,
            max_bytes=settings.max_bytes,
            window_s=settings.window_hours * _HOUR_S,
            keep_s=settings.keep_days * 24 * _HOUR_S,
            tries=settings.tries,
            hand_over=settings.hand_over == "cheaper",
            look_s=settings.look_seconds,
        ),
        clock=house.clock,
        noted=lambda outcome, count: lines.add((outcome,), count),
    )
    house.batches = Batches(house.storage, house.runs, workshop, clock=house.clock)
    vault.also_reseal.append(workshop.bodies.reseal)
    house.closing.push_async_callback(workshop.close)
    _add_gauges(house, workshop)


def _add_gauges(house: "House", workshop: Workshop) -> None:
    add = house.metrics.gauge
    add("salon_batch_open_lines", "Lines of batches under way.", (), lambda: {(): workshop.lanes.open})
    add("salon_batches_at_work", "Batches this process works on.", (), lambda: {(): workshop.at_work})
    add("salon_batch_retries", "Lines asked once more.", (), lambda: {(): workshop.asker.retries})
