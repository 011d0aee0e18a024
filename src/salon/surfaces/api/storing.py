"""Answers calls that may keep their responses; what keeps them is made when the first comes."""

from collections.abc import Callable
from typing import Final

from salon.foundation.kit.caller import Right
from salon.foundation.kit.in_place import InPlace
from salon.foundation.kit.later import Later
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.exchange import Reply, ServedCall
from salon.gateway.protocols.base import DialectName
from salon.surfaces.api.services import ConversationServices, GatewayDoor

STORED_DIALECTS: Final[tuple[DialectName, ...]] = ("responses", "responses-compact", "responses-count")
"""In which a request may go on from what is stored."""

Refuse = Callable[[Reply, Exception, DialectName], None]


class StoringDoor:
    """The gateway for these dialects: as it is, but for callers who may keep conversations."""

    def __init__(
        self,
        gateway: GatewayDoor,
        conversations: Later[ConversationServices],
        supervisor: TaskSupervisor,
        *,
        refuse: Refuse,
    ) -> None:
        self._gateway = gateway
        self._conversations = conversations
        self._supervisor = supervisor
        self._refuse = refuse
        self._storing: GatewayDoor | None = None

    async def serve(self, call: ServedCall, reply: Reply, in_place: InPlace | None = None) -> None:
        """Serve one call; every failure is an answer in the caller's dialect."""
        if not call.identity.caller.has(Right.USE_CONVERSATIONS):
            await self._gateway.serve(call, reply, in_place)
            return
        if in_place is not None:
            await in_place.in_task()
        try:
            storing = self._storing or await self._made()
        except Exception as error:  # supervises one request: a defect must not end as silence  # noqa: BLE001
            self._refuse(reply, error, call.dialect)
            return
        await storing.serve(call, reply)

    async def _made(self) -> GatewayDoor:
        desk = (await self._conversations.get()).responses
        from salon.features.conversations.responses import StoringGateway  # noqa: PLC0415 - not at the start

        self._storing = StoringGateway(
            self._gateway, desk.stored, desk.background, self._supervisor, keys=desk.keys
        )
        return self._storing
