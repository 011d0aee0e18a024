"""Questions and answers as they are stored: sealed with the master key, or plain."""

from collections.abc import Sequence
from typing import Final

from salon.foundation.kit.caller import Scope, SystemScope
from salon.foundation.storage import Storage, Transaction
from salon.gateway.batches import store
from salon.gateway.batches.models import Line, NewLine, Question
from salon.gateway.vault.sealing import Sealer, Stored

RESEAL: Final = "batches: seal what is kept in any space with a new key"
_PAGE: Final = 100


class KeyMissing(Exception):
    """What waits was sealed with a master key that this process does not have; another one may."""


class Bodies:
    """Seals and opens the bodies of lines."""

    def __init__(self, storage: Storage, sealer: Sealer) -> None:
        self._storage = storage
        self._sealer = sealer

    def questions(self, batch_id: str, first: int, new: Sequence[NewLine]) -> list[tuple[int, str, Stored]]:
        """Return lines as they are stored, numbered from ``first``. A body is JSON, so it is UTF-8."""
        return [
            (number, line.custom_id, self._seal(line.body, batch_id, number, "question"))
            for number, line in enumerate(new, first)
        ]

    def answer(self, batch_id: str, number: int, body: bytes) -> Stored:
        """Return an answer as it is stored."""
        return self._seal(body, batch_id, number, "answer")

    async def waiting(self, batch_id: str, *, after: int, most: int) -> list[Question]:
        """Return lines that wait for their answers, in order."""
        scope = SystemScope("batches: go on with the lines of an owned run")
        rows = await self._storage.read(
            lambda tx: store.waiting_lines(tx, scope, batch_id, after=after, most=most)
        )
        return [
            Question(number, custom_id, self._open(body, batch_id, number, "question"))
            for number, custom_id, body in rows
        ]

    async def question(self, batch_id: str, number: int) -> Question | None:
        """Return one line if it waits for its answer. Raises: KeyMissing."""
        found = await self.waiting(batch_id, after=number - 1, most=1)
        if not found or found[0].number != number:
            return None
        if found[0].body is None:
            raise KeyMissing
        return found[0]

    async def lines(self, scope: Scope, batch_id: str, *, after: int, most: int) -> list[Line]:
        """Return lines of a batch that the scope was checked for, in order."""
        rows = await self._storage.read(
            lambda tx: store.lines_after(tx, scope, batch_id, after=after, most=most)
        )
        return [
            Line(
                number=number,
                custom_id=custom_id,
                status=status,
                http_status=http_status,
                request_id=request_id,
                body=self._open(body, batch_id, number, "answer"),
            )
            for number, custom_id, status, http_status, request_id, body in rows
        ]

    async def reseal(self) -> int:
        """Seal with the newest key what another one sealed; return how many could not be opened."""
        after, unreadable = ("", 0), 0
        while True:
            page = await self._storage.write(lambda tx, after=after: self._reseal_page(tx, after))
            if page is None:
                return unreadable
            after, missed = page
            unreadable += missed

    def _reseal_page(self, tx: Transaction, after: tuple[str, int]) -> tuple[tuple[str, int], int] | None:
        scope, unreadable = SystemScope(RESEAL), 0
        rows = store.otherwise_sealed(tx, scope, current=self._sealer.current, after=after, most=_PAGE)
        for batch_id, number, question, answer in rows:
            sealed = [
                self._sealed_anew(body, batch_id, number, column)
                for body, column in ((question, "question"), (answer, "answer"))
            ]
            if sealed[0] is None or sealed[1] is None:
                unreadable += 1
                continue
            store.reseal(tx, scope, batch_id, number, (sealed[0], sealed[1]))
        return ((rows[-1][0], rows[-1][1]), unreadable) if rows else None

    def _sealed_anew(
        self, body: store.AnyStored, batch_id: str, number: int, column: str
    ) -> store.AnyStored | None:
        if body[0] is None:
            return body
        text = self._open(body, batch_id, number, column)
        return None if text is None else self._seal(text, batch_id, number, column)

    def _seal(self, body: bytes, batch_id: str, number: int, column: str) -> Stored:
        return self._sealer.seal(
            body.decode("utf-8", "replace"), row_id=f"{batch_id}:{number}", column=column
        )

    def _open(self, body: store.AnyStored, batch_id: str, number: int, column: str) -> bytes | None:
        if body[0] is None:
            return None
        text = self._sealer.open(body, row_id=f"{batch_id}:{number}", column=column)
        return None if text is None else text.encode()
