"""Rules that another process sets."""

import asyncio
from pathlib import Path

from salon.foundation.events import Bus
from salon.gateway.payloads import PayloadLog, PayloadOptions, PayloadRule, PayloadService
from salon.gateway.vault import load_master_keys
from salon.gateway.vault.sealing import Sealer
from salon.testing.gateway_bench import OWNER, GatewayBench, poll


def service_of(bench: GatewayBench, switched: list[bool]) -> PayloadService:
    sealer = Sealer(load_master_keys(bench.folder, {}), encrypts=True)
    log = PayloadLog(bench.storage, sealer, bench.clock, PayloadOptions())
    log.on_switch = switched.append
    return PayloadService(bench.storage, log, sealer, clock=bench.clock)


def test_a_rule_that_another_process_sets_is_in_force_here(tmp_path: Path) -> None:
    async def main() -> None:
        async with GatewayBench(tmp_path) as bench, asyncio.timeout(60):
            bus, here, there = Bus(bench.storage), list[bool](), list[bool]()
            await bus.start()
            one, other = service_of(bench, here), service_of(bench, there)
            await one.start(bus)
            await other.start(bus)
            await one.set_rule(OWNER.caller, PayloadRule(name="all", kind="space"))
            await poll(lambda: there[-1])
            await one.remove_rule(OWNER.caller, "all")
            await poll(lambda: not there[-1])
            for service in (one, other):
                await service.close()
            await bus.close()

    asyncio.run(main())
