"""Where Salon listens and keeps things: the server, its database, Redis and files."""

from typing import Annotated, Literal

from salon.app.settings.section import Section
from salon.foundation.kit.settings import setting

_NONE = ""


class ServerSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[server]``: where Salon listens and who may come in."""

    host: Annotated[
        str,
        setting(
            "Address to listen on. Anything but loopback needs require_key.",
            reload="restart",
            env="SALON_HOST",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        setting("TCP port; 0 takes a free one.", reload="restart", env="SALON_PORT", ge=0, le=65535),
    ] = 8420
    require_key: Annotated[
        bool,
        setting(
            "Every endpoint needs a key or a signed-in browser, also from this machine.", reload="restart"
        ),
    ] = False
    allowed_hosts: Annotated[
        tuple[str, ...],
        setting(
            "Further host names this Salon answers to; others are refused (DNS rebinding).", reload="restart"
        ),
    ] = ()
    allowed_origins: Annotated[
        tuple[str, ...],
        setting("Foreign pages that may call this Salon (CORS), like https://app.example.", reload="restart"),
    ] = ()
    base_path: Annotated[
        str,
        setting("Path a proxy shows this Salon under, like /salon; empty for none.", reload="restart"),
    ] = _NONE
    public_address: Annotated[
        str,
        setting(
            "Where people open this Salon, like https://salon.example.org, when a proxy stands before it: a "
            "host it answers to, the start of sign-in links, and with https the reason for Secure cookies.",
            reload="restart",
        ),
    ] = _NONE
    trusted_proxies: Annotated[
        tuple[str, ...],
        setting(
            "Addresses or networks of proxies that are believed about where a request comes from "
            "(X-Forwarded-For) and over what (X-Forwarded-Proto), like 127.0.0.1 or 10.0.0.0/8.",
            reload="restart",
        ),
    ] = ()
    wrong_credentials_per_minute: Annotated[
        int,
        setting(
            "Wrong keys, sessions and sign-in links from one address; further ones are told to wait, and an "
            "address other than this machine that sends as many different ones is not heard at all.",
            reload="restart",
            ge=1,
        ),
    ] = 100
    asset_address: Annotated[
        str,
        setting(
            "Where browsers fetch the page's scripts, styles and fonts, like https://files.example.org; "
            "empty for this Salon.",
            reload="restart",
        ),
    ] = _NONE
    no_browser: Annotated[
        bool,
        setting(
            "Never open the page in a browser, whatever the command line says.",
            reload="restart",
            env="SALON_NO_BROWSER",
        ),
    ] = False
    drain_s: Annotated[
        float,
        setting(
            "How long running requests may finish after a stop signal.",
            unit="seconds",
            reload="restart",
            ge=0,
            le=3600,
        ),
    ] = 20.0
    keep_alive_s: Annotated[
        int,
        setting(
            "How long an idle connection of a client is kept.",
            unit="seconds",
            reload="restart",
            ge=1,
            le=3600,
        ),
    ] = 75
    max_connections: Annotated[
        int,
        setting("Most client connections at once; more are refused with 503.", reload="restart", ge=1),
    ] = 10_000


class StorageSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[storage]``: the database."""

    url: Annotated[
        str,
        setting(
            "PostgreSQL address (postgresql://…). Empty: SQLite in the data directory.",
            secret=True,
            reload="restart",
            env="SALON_DATABASE_URL",
        ),
    ] = _NONE
    readers: Annotated[int, setting("SQLite reader connections.", reload="restart", ge=1, le=64)] = 2
    pool_size: Annotated[
        int, setting("PostgreSQL connections per process.", reload="restart", ge=2, le=100)
    ] = 8
    backup_before_migration: Annotated[
        bool, setting("Back up the database before its schema changes.", reload="restart")
    ] = True
    keep_backups: Annotated[
        int, setting("How many backups are kept in the data directory; 0: all.", ge=0, le=10_000)
    ] = 0
    keep_backups_days: Annotated[
        float,
        setting("How long a backup in the data directory is kept; 0: for ever.", unit="days", ge=0, le=3650),
    ] = 0.0


class RedisSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[redis]``: shared counters and wake-ups, when several processes serve one Salon."""

    url: Annotated[
        str,
        setting(
            "Redis address (redis://…). Empty: counters live in this process.",
            secret=True,
            reload="restart",
            env="SALON_REDIS",
        ),
    ] = _NONE


class FilesSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[files]``: where stored files go."""

    kind: Annotated[
        Literal["local", "s3"], setting("The data directory, or an S3-compatible store.", reload="restart")
    ] = "local"
    quota_bytes: Annotated[
        int, setting("Most bytes one space may keep.", unit="bytes", reload="restart", ge=0)
    ] = 10 * 1024**3
    max_file_bytes: Annotated[int, setting("Largest single file.", unit="bytes", reload="restart", ge=1)] = (
        2 * 1024**3
    )
    max_referred_bytes: Annotated[
        int,
        setting(
            "Most bytes of files that one request to a model may refer to, together.",
            unit="bytes",
            reload="restart",
            ge=1,
            le=512 * 1024**2,
        ),
    ] = 32 * 1024**2
    tidy_every_s: Annotated[
        float,
        setting(
            "How often expired files and content that nothing refers to are deleted.",
            unit="seconds",
            ge=0.1,
            le=86400,
        ),
    ] = 600.0
    scanner: Annotated[
        str,
        setting(
            "Virus scanner that each file must pass: clamd at tcp://127.0.0.1:3310 or "
            "unix:///run/clamav/clamd.ctl, or command:/path/to/program, which is given the file's path and "
            "exits with 0 for clean and 1 for infected. Empty for none.",
            reload="restart",
        ),
    ] = _NONE
    unscanned: Annotated[
        Literal["refuse", "mark"],
        setting(
            "What happens to a file while the scanner gives no verdict: it is refused, or taken and marked.",
            reload="restart",
        ),
    ] = "refuse"
    s3_endpoint: Annotated[str, setting("Address of the S3-compatible store.", reload="restart")] = _NONE
    s3_bucket: Annotated[str, setting("Its bucket.", reload="restart")] = _NONE
    s3_region: Annotated[str, setting("Its region.", reload="restart")] = "us-east-1"
    s3_access_key: Annotated[str, setting("Its access key id.", secret=True, reload="restart")] = _NONE
    s3_secret_key: Annotated[str, setting("Its secret key.", secret=True, reload="restart")] = _NONE
