"""``salon status`` and ``salon doctor``: what runs, what is wrong, what to do."""

from typing import Any

import click

from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.money import format_money
from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.output import Column, when
from salon.surfaces.cli.session import Session, command_options, pass_session

_COLUMNS: list[Column] = [("state", ""), ("name", "check"), ("detail", "finding"), ("fix", "what to do")]


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


@click.command()
@command_options
@pass_session
def status(session: Session) -> None:
    """Show what runs."""
    with session.client() as client:
        answer = client.call("GET", "/salon/v1/status")
    if session.output.as_json:
        session.output.json(answer)
        return
    today, streams = answer["today"], _counted(answer["open_streams"], "open stream")
    costs = [today, *today["other_costs"]]
    cost = " + ".join(format_money(one["cost_e10"], currency=one["currency"]) for one in costs)
    cost += f", {today['unpriced']} unpriced" if today["unpriced"] else ""
    shown = {
        "version": f"{answer['version']} ({answer['role']})",
        "address": answer["address"],
        "started": when(answer["started_at_ms"]),
        "data": answer["data_dir"],
        "storage": f"{answer['storage']['dialect']}, {'ok' if answer['storage']['ok'] else 'NOT OK'}",
        "loop": f"{answer['loop_lag_ms']} ms late at worst, {streams}",
        "today": f"{_counted(today['requests'], 'request')}, {_counted(today['errors'], 'error')}, {cost}",
        "settings": answer.get("config_problem") or "as in the file",
    }
    session.output.fields(shown, [(key, key) for key in shown])


@click.command()
@command_options
@pass_session
def doctor(session: Session) -> int:
    """Look at settings, data directory, database, providers and clock; say how to fix what is wrong."""
    checks: list[dict[str, Any]] = []
    running = None
    if session.url is None:
        checks += [dict(one) for one in session.backstage.local_checks(session.place)]
        running = session.backstage.running(session.place)
    if session.url is not None or running is not None:
        checks += _served_checks(session)
    else:
        detail = "No Salon runs on this data directory, so providers were not looked at."
        checks.append({"name": "server", "ok": None, "detail": detail, "fix": "Start it with “salon serve”."})
    failed = [one for one in checks if one["ok"] is False]
    if session.output.as_json:
        session.output.json({"ok": not failed, "checks": checks})
    else:
        words = {True: "ok", False: "error", None: "-"}
        session.output.rows([{**one, "state": words[one["ok"]]} for one in checks], _COLUMNS, empty="")
        session.output.note("All is well." if not failed else f"{len(failed)} to fix.")
    return 1 if failed else 0


def _served_checks(session: Session) -> list[dict[str, Any]]:
    try:
        with session.client() as client:
            return _from_server(client)
    except SalonError as error:
        return [{"name": "server", "ok": False, "detail": error.message, "fix": "Look at the server's log."}]


def _from_server(client: ApiClient) -> list[dict[str, Any]]:
    return client.call("GET", "/salon/v1/doctor", timeout_s=120)["checks"]
