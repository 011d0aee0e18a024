"""Puts the payload log together and lets the gateway know whether it is on."""

from typing import TYPE_CHECKING

from salon.gateway.payloads import PayloadLog, PayloadOptions, PayloadService
from salon.gateway.vault import Vault
from salon.gateway.vault.keys import MasterKeys
from salon.gateway.vault.sealing import Sealer

if TYPE_CHECKING:
    from salon.app.house import House


async def open_payloads(house: "House", keys: MasterKeys, vault: Vault) -> None:
    """Start the payload log of a house."""
    settings = house.live.current.settings.payloads
    options = PayloadOptions(
        max_bytes=settings.max_bytes,
        max_row_bytes=settings.max_row_bytes,
        max_waiting_bytes=settings.max_waiting_bytes,
        encrypt=settings.encrypt,
    )
    sealer = Sealer(keys, encrypts=options.encrypt)
    log = PayloadLog(house.storage, sealer, house.clock, options)
    gateway = house.gateway

    def switch(is_on: bool) -> None:
        gateway.payloads = log if is_on else None

    log.on_switch = switch
    house.payloads = PayloadService(house.storage, log, sealer, clock=house.clock)
    vault.also_reseal.append(house.payloads.reseal)
    await house.payloads.start(house.bus)
    house.closing.push_async_callback(house.payloads.close)
    house.metrics.gauge(
        "salon_payloads_dropped", "Payloads that could not be kept.", (), lambda: {(): log.dropped}
    )
