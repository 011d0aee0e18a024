"""What the doctor can look at without a server: settings, data directory, port, clock, key file."""

import os
import shutil
import socket
import time
from typing import Any

from salon.app.configuration import doubts, load, problems
from salon.app.source import Source
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.errors import ConfigError, SalonError

_LEAST_FREE_BYTES = 1024**3
_START_OF_2026_MS = 1_767_225_600_000

Check = dict[str, Any]


def check(name: str, *, ok: bool | None, detail: str, fix: str | None = None) -> Check:
    """Return one finding."""
    return {"name": name, "ok": ok, "detail": detail, "fix": fix}


def local_checks(source: Source) -> list[Check]:
    """Look at everything; never raises for what it finds."""
    found = [_settings(source), _directory(source), _space(source), _clock()]
    if not source.data.is_locked():
        found.append(_port(source))
    return found


def _settings(source: Source) -> Check:
    wrong = problems(source)
    if wrong:
        return check("settings", ok=False, detail=wrong[0].message, fix="Mend it, then “salon config check”.")
    for doubt in doubts(source):
        return check("settings", ok=None, detail=doubt, fix="“salon config check” names all of them.")
    where = str(source.config_path) if source.config_path.exists() else "no file, all defaults"
    return check("settings", ok=True, detail=where)


def _directory(source: Source) -> Check:
    try:
        source.data.prepare()
    except ConfigError as error:
        return check("data directory", ok=False, detail=error.message, fix=str(error.fields.get("fix")))
    mode = source.data.path.stat().st_mode & 0o777
    if mode & 0o077:
        fix = f"chmod 700 {source.data.path}"
        detail = f"{source.data.path} can be read by others."
        return check("data directory", ok=False, detail=detail, fix=fix)
    return check("data directory", ok=True, detail=str(source.data.path))


def _space(source: Source) -> Check:
    place = source.data.path if source.data.path.exists() else source.data.path.parent
    try:
        free = shutil.disk_usage(place).free
    except OSError as error:
        return check("disk", ok=None, detail=f"cannot be looked at ({error.strerror})")
    detail = f"{free / 1024**3:.1f} GB free"
    if free < _LEAST_FREE_BYTES:
        return check("disk", ok=False, detail=detail, fix="Free some space.")
    return check("disk", ok=True, detail=detail)


def _clock() -> Check:
    if SystemClock().now_ms() < _START_OF_2026_MS:
        fix = "Set the clock; keys expire and prices change by it."
        return check("clock", ok=False, detail=time.strftime("%Y-%m-%d"), fix=fix)
    return check("clock", ok=True, detail=time.strftime("%Y-%m-%d %H:%M:%S %Z"))


def _port(source: Source) -> Check:
    try:
        server = load(source).settings.server
    except SalonError as error:
        return check("port", ok=None, detail=error.message)
    with socket.socket(socket.AF_INET6 if ":" in server.host else socket.AF_INET) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server.host, server.port))
        except OSError as error:
            detail = f"port {server.port} of {server.host}: {error.strerror}"
            fix = f"Stop what uses it, or set SALON_PORT={server.port + 1}."
            return check("port", ok=False, detail=detail, fix=fix)
    return check("port", ok=True, detail=f"{server.host}, port {server.port} is free")
