"""Chooses between this process and the infrastructure that settings name: limits, cache, files."""

from pathlib import Path
from urllib.parse import urlsplit

from salon.app.redis import Redis
from salon.app.settings import Settings
from salon.foundation.egress import ADMIN, Egress, HttpClient, guard
from salon.foundation.files import BlobStore, Credentials, Files, Gate, LocalBlobs, make_scanner
from salon.foundation.kit.clock import Clock
from salon.foundation.storage import Storage
from salon.gateway.answers import AnswerCache
from salon.gateway.answers.cache import RedisAnswers
from salon.gateway.limits import LocalLimiter
from salon.gateway.limits_redis import RedisLimiter

_PORTS = {"postgresql": 5432, "postgres": 5432, "redis": 6379, "rediss": 6379}


def make_limiter(settings: Settings, clock: Clock) -> LocalLimiter | RedisLimiter:
    """Return counters of this process, or of all processes when Redis is configured."""
    return RedisLimiter(settings.redis.url, clock) if settings.redis.url else LocalLimiter(clock)


def make_cache(settings: Settings, clock: Clock, redis: Redis | None) -> AnswerCache | None:
    """Return the cache of answers, or None when it is off."""
    if not settings.cache.enabled:
        return None
    shared = RedisAnswers(redis.client) if redis is not None else None
    return AnswerCache(clock, max_bytes=settings.cache.max_bytes, ttl_s=settings.cache.ttl_s, shared=shared)


def make_files(
    settings: Settings, storage: Storage, http: HttpClient, *, egress: Egress, data: Path, clock: Clock
) -> Files:
    """Return the file service over the data directory or an S3-compatible store. Raises: ConfigError."""
    scanner = make_scanner(settings.files.scanner, egress)
    gate = None
    if scanner is not None:
        without = settings.files.unscanned
        gate = Gate(storage, scanner, quarantine=data / "quarantine", without=without, clock=clock)
    return Files(
        storage,
        _blobs(settings, http, data=data),
        incoming=data / "incoming",
        clock=clock,
        max_bytes=settings.files.max_file_bytes,
        quota_bytes=settings.files.quota_bytes or None,
        gate=gate,
    )


def _blobs(settings: Settings, http: HttpClient, *, data: Path) -> BlobStore:
    files = settings.files
    if files.kind == "local":
        return LocalBlobs(data / "files")
    from salon.foundation.files.s3 import S3Blobs  # noqa: PLC0415 - only where it is used

    credentials = Credentials(
        access_key=files.s3_access_key, secret_key=files.s3_secret_key, region=files.s3_region
    )
    return S3Blobs(
        http, endpoint=files.s3_endpoint, bucket=files.s3_bucket, credentials=credentials, policy=ADMIN
    )


def lock_egress(settings: Settings) -> None:
    """Refuse every connection egress did not make, but to the infrastructure that is named. For good."""
    for address in (settings.storage.url, settings.redis.url):
        if not address:
            continue
        parts = urlsplit(address)
        if parts.scheme == "unix":
            guard.allow_path(parts.path)
        elif parts.hostname:
            guard.allow_infrastructure(parts.hostname, parts.port or _PORTS.get(parts.scheme, 0))
    guard.install()
