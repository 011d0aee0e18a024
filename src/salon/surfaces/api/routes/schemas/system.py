"""Bodies about the installation: status, checks, settings, the audit trail, backups, signing in."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.common import Body


class StorageStatus(BaseModel):
    """How the database is."""

    dialect: str
    ok: bool
    detail: str


class RedisStatus(BaseModel):
    """How Redis is, if one is configured."""

    configured: bool
    ok: bool


class Cost(BaseModel):
    """A sum in one currency."""

    cost_e10: int
    currency: str


class Today(BaseModel):
    """What was asked since midnight UTC."""

    requests: int
    errors: int
    input_tokens: int
    output_tokens: int
    cost_e10: int
    currency: str
    """Of ``cost_e10``: the one that most requests were paid in."""
    other_costs: list[Cost]
    """What was paid in other currencies; no rate turns one into another."""
    unpriced: int
    """Requests without a known price; their cost is in no sum."""


class Status(BaseModel):
    """What runs."""

    version: str
    role: str
    started_at_ms: int
    address: str | None
    data_dir: str | None
    storage: StorageStatus
    redis: RedisStatus
    loop_lag_ms: float
    open_streams: int
    config_problem: str | None
    """Why the settings file is not in force, if it is not; the last good settings are."""
    needs_restart: list[str]
    """Settings that changed and wait for the next start."""
    has_session: bool
    """Who asks is a browser that was signed in by a link."""
    today: Today


class Check(BaseModel):
    """One thing the doctor looked at; ``ok`` is null when it could not be looked at."""

    name: str
    ok: bool | None
    detail: str
    fix: str | None = None


class Checks(BaseModel):
    """Everything the doctor looked at."""

    ok: bool
    checks: list[Check]


class ErrorKind(BaseModel):
    """One entry of the error catalogue."""

    code: str
    status: int
    retryable: bool
    sentence: str


class ErrorKinds(BaseModel):
    """The error catalogue."""

    items: list[ErrorKind]


class SettingView(BaseModel):
    """One setting; a secret only as set or not."""

    key: str
    value: str
    origin: str
    default: str
    doc: str
    unit: str | None
    expects: str
    reload: str
    secret: bool
    set_in_file: str
    set_in_environment: str | None


class SettingsView(BaseModel):
    """Every setting."""

    items: list[SettingView]


class AuditRow(BaseModel):
    """One act that was recorded."""

    number: int
    at_ms: int
    actor: str
    action: str
    target: str
    detail: dict[str, Any]
    hash: str


class AuditRows(BaseModel):
    """Recorded acts, newest first."""

    items: list[AuditRow]
    next: str | None


class BackupBody(Body):
    """Where to write a backup; without it, into the data directory."""

    path: Annotated[str, Field(max_length=4000)] | None = None
    """Absolute; taken only from the server itself, through its data directory."""
    with_files: bool = False
    """Keep the content of stored files beside it: linked on the same disk, else copied."""


class Backup(BaseModel):
    """A backup that was written."""

    path: str
    size_bytes: int
    files: int
    """How many contents of stored files are beside it."""


class DatabaseCheck(BaseModel):
    """What a look for damage found."""

    ok: bool
    problems: list[str]


class LoginLink(BaseModel):
    """An address that signs one browser in, once."""

    url: str
    expires_at_ms: int | None


class Reload(BaseModel):
    """What came of reading the settings again."""

    changed: list[str]
    needs_restart: list[str]
    problem: str | None
