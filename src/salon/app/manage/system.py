"""Status, doctor, settings, audit and database, as the management API shows them."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from salon.app.checks import check
from salon.app.configuration import explain, explain_all
from salon.app.manage.providers import ProviderDesk
from salon.foundation.audit import AuditRecord, list_records
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, SalonError
from salon.foundation.kit.version import __version__
from salon.foundation.ledger import UsageQuery
from salon.foundation.storage import backup as backups

if TYPE_CHECKING:
    from salon.app.house import House

Json = dict[str, Any]

_DAY_MS = 86_400_000


class SystemDesk:
    """What the house tells about itself."""

    def __init__(self, house: "House") -> None:
        self._house = house

    # -- status -----------------------------------------------------------------------------------
    async def status(self, caller: Caller) -> Json:
        """Say what runs."""
        house = self._house
        problem = await house.storage_problem()
        return {
            "version": __version__,
            "role": house.role,
            "started_at_ms": house.started_at_ms,
            "address": house.address,
            "data_dir": str(house.live.current.source.data.path),
            "storage": {"dialect": house.storage.dialect, "ok": problem is None, "detail": problem or "ok"},
            "redis": {"configured": house.redis is not None, "ok": await house.redis_answers()},
            "loop_lag_ms": house.lag.recent_ms,
            "open_streams": house.gateway.admission.active,
            "config_problem": house.live.problem,
            "needs_restart": list(house.live.needs_restart),
            "today": await self._today(caller),
        }

    async def _today(self, caller: Caller) -> Json:
        now_ms = self._house.clock.now_ms()
        query = UsageQuery(since_ms=now_ms - now_ms % _DAY_MS, until_ms=now_ms + 1)
        rows = await self._house.ledger.usage(SpaceScope(caller.space_id), query)
        paid = [row for row in rows if row.cost_e10]
        main = max(paid or rows, key=lambda row: row.requests - row.unpriced, default=None)
        currency = main.currency if main is not None else "USD"
        return {
            "requests": sum(row.requests for row in rows),
            "errors": sum(row.errors for row in rows),
            "input_tokens": sum(row.input_tokens for row in rows),
            "output_tokens": sum(row.output_tokens for row in rows),
            "cost_e10": sum(row.cost_e10 for row in rows if row.currency == currency),
            "currency": currency,
            "other_costs": [
                {"cost_e10": row.cost_e10, "currency": row.currency}
                for row in paid
                if row.currency != currency
            ],
            "unpriced": sum(row.unpriced for row in rows),
        }

    # -- doctor -----------------------------------------------------------------------------------
    async def doctor(self, caller: Caller) -> Sequence[Json]:
        """Look for problems in what runs."""
        del caller
        house = self._house
        found = [] if house.live.problem is None else [_settings_problem(house.live.problem)]
        problem = await house.storage_problem()
        fix = None if problem is None else "“salon db check” looks closer."
        found.append(check("database", ok=problem is None, detail=problem or house.storage.dialect, fix=fix))
        if house.redis is not None:
            answers = await house.redis_answers()
            detail = "answers" if answers else "does not answer; counters are kept in this process"
            found.append(check("redis", ok=answers, detail=detail, fix=None if answers else "Start Redis."))
        ledger = house.ledger.health()
        found.append(check("ledger", ok=ledger.problem is None, detail=ledger.problem or "writes"))
        found += ProviderDesk(house).provider_checks()
        found.append(_lag_check(house.lag.recent_ms))
        return found

    # -- settings ---------------------------------------------------------------------------------
    def settings(self) -> Sequence[Json]:
        """Explain every setting, secrets masked."""
        return [msgspec.to_builtins(one) for one in explain_all(self._house.live.current.source)]

    def setting(self, key: str) -> Json:
        """Explain one setting. Raises: ConfigError naming the nearest key."""
        return msgspec.to_builtins(explain(self._house.live.current.source, key))

    async def reload(self, caller: Caller) -> Json:
        """Read the settings again."""
        del caller
        return msgspec.to_builtins(await self._house.live.reload())

    # -- audit --------------------------------------------------------------------------
    async def audit(self, caller: Caller, *, limit: int, cursor: str | None) -> Json:
        """List recorded acts, newest first."""
        before = _number(cursor)
        scope = SpaceScope(caller.space_id)
        page = await self._house.storage.read(lambda tx: list_records(tx, scope, before=before, limit=limit))
        following = None if page.next_cursor is None else str(page.next_cursor)
        return {"items": [_audit_row(record) for record in page.records], "next": following}

    # -- database ---------------------------------------------------------------------------------
    async def back_up(self, caller: Caller, *, path: str | None, with_files: bool = False) -> Json:
        """Write a backup. Raises: InvalidRequest, Conflict, StorageError.

        Only who came through the data directory, and so may write as this process does, chooses where.
        """
        if path is not None and caller.via != "local":
            problem = "Only “salon db backup FILE” on the server itself names a file. Leave it out."
            raise InvalidRequest(field="path", problem=problem)
        if path is not None and not Path(path).is_absolute():
            raise InvalidRequest(field="path", problem="It must be an absolute path on the server.")
        data, settings = self._house.live.current.source.data, self._house.live.current.settings
        if with_files and settings.files.kind != "local":
            problem = "The content of files is in a bucket. Back the bucket up itself."
            raise InvalidRequest(field="with_files", problem=problem)
        made = await backups.back_up(
            self._house.storage,
            directory=None if path else data.path / "backups",
            file=Path(path) if path else None,
        )
        files = 0
        if with_files:  # after the database, so that nothing it refers to is missing
            files = await asyncio.to_thread(backups.keep_files, made, data.path / "files")
        await self._house.prune_backups()
        return {"path": str(made.path), "size_bytes": made.manifest.size_bytes, "files": files}

    async def check_database(self, caller: Caller) -> Json:
        """Look for damage."""
        del caller
        report = await backups.check(self._house.storage)
        problems = [*report.integrity, *report.broken_references]
        if report.schema_head != report.expected_head:
            problems.append(
                f"the schema is {report.schema_head}, this release expects {report.expected_head}"
            )
        return {"ok": report.is_sound, "problems": problems}

    # -- sign-in ----------------------------------------------------------------------------------
    async def login_link(self, caller: Caller) -> Json:
        """Make a one-time address that signs a browser in."""
        del caller
        url, expires_at_ms = await self._house.new_sign_in_address()
        return {"url": url, "expires_at_ms": expires_at_ms}

    async def sign_in(self, token: str) -> str | None:
        """Use a one-time token up; None for one that is spent, too old or made up."""
        try:
            return await self._house.accounts.redeem(token)
        except SalonError:
            return None

    async def sign_out(self, session: str) -> None:
        """End a browser's session; one that is not there is ended already."""
        await self._house.accounts.sign_out(session)


def _settings_problem(problem: str) -> Json:
    return check("settings", ok=False, detail=problem, fix="Mend the file; the last good settings stay.")


def _lag_check(lag_ms: float) -> Json:
    ok = lag_ms < 100
    fix = None if ok else "Something keeps the processor busy; look at the machine's load."
    return check("event loop", ok=ok, detail=f"{lag_ms} ms late at worst in ten seconds", fix=fix)


def _number(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
        raise InvalidRequest(field="cursor", problem="Send “next” of the page before, as it was.")
    return int(cursor)


def _audit_row(record: AuditRecord) -> Json:
    return {
        "number": record.number,
        "at_ms": record.at_ms,
        "actor": record.key_id or record.person_id or record.actor_kind,
        "action": record.action,
        "target": record.target,
        "detail": json.loads(record.detail),
        "hash": record.hash,
    }
