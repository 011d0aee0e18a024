"""Reads the settings of this process: what is in force and why."""

import ipaddress
import re
from collections.abc import Mapping

import msgspec

from salon.app.declared import declaration_doubts, declaration_problems
from salon.app.settings import Settings
from salon.app.source import Source
from salon.foundation.kit.errors import ConfigError
from salon.foundation.kit.layers import Resolved, Resolver, read_file, spoken, unknown_key
from salon.foundation.kit.settings import Spec, find, render, specs

_BASE_PATH = re.compile(r"(?:/(?!\.\.?(?:/|$))[\w.~-]+)+", re.ASCII)
_PUBLIC_ADDRESS = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.ASCII)
_ASSET_ADDRESS = re.compile(r"https?://[\w.-]+(?::\d{1,5})?(?:/[\w.~-]+)*", re.ASCII)


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that can be used, and the account of where each came from."""

    source: Source
    settings: Settings
    resolved: Resolved


def resolve(source: Source) -> Resolved:
    """Put all layers together, with every problem found. Raises: ConfigError for an unreadable file."""
    resolver = Resolver(Settings)
    if source.explicit or source.config_path.exists():
        resolver.add_tables(read_file(source.config_path), origin=str(source.config_path))
    resolver.add_environment(source.environ)
    resolver.add_options(source.options)
    return resolver.resolve()


def load(source: Source) -> Configuration:
    """Return settings that can be used. Raises: ConfigError, the first problem found."""
    resolved = resolve(source)
    settings = resolved.build(Settings)
    for problem in contradictions(settings, source.environ):
        raise _placed(problem, resolved)
    return Configuration(source=source, settings=settings, resolved=resolved)


def problems(source: Source) -> list[ConfigError]:
    """Return everything that is wrong with the settings; empty when all is well."""
    try:
        resolved = resolve(source)
    except ConfigError as error:
        return [error]
    if resolved.problems:
        return resolved.problems
    found = contradictions(resolved.build(Settings), source.environ)
    return [_placed(problem, resolved) for problem in found]


def doubts(source: Source) -> list[str]:
    """Return what keeps part of the declared providers and aliases from use, though Salon starts."""
    try:
        settings = resolve(source).build(Settings)
    except ConfigError:
        return []
    return declaration_doubts(settings, source.environ)


def _placed(problem: ConfigError, resolved: Resolved) -> ConfigError:
    """Say in ``problem`` where the setting at fault is written."""
    key = str(problem.fields.get("key"))
    origins = {
        value.origin
        for name, value in resolved.values.items()
        if (name == key or name.startswith(f"{key}.")) and value.origin != "default"
    }
    if origins:
        problem.fields["place"] = f" (in {', '.join(map(spoken, sorted(origins)))})"
    return problem


def is_loopback(host: str) -> bool:
    """Tell whether listening on ``host`` reaches this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def contradictions(settings: Settings, environ: Mapping[str, str]) -> list[ConfigError]:
    """Return the problems that single values cannot show."""
    found: list[ConfigError] = []
    server = settings.server
    if not is_loopback(server.host) and not server.require_key:
        problem = f"{server.host} can be reached from other machines, but requests need no key."
        fix = "Set server.require_key = true (SALON_SERVER_REQUIRE_KEY=1), or use host 127.0.0.1."
        found.append(ConfigError(key="server.host", problem=problem, fix=fix))
    if server.base_path and not _BASE_PATH.fullmatch(server.base_path):
        problem = f"“{server.base_path}” is no path that a proxy can show Salon under."
        fix = "Write it like /salon: a slash first, none at the end. Empty for none."
        found.append(ConfigError(key="server.base_path", problem=problem, fix=fix))
    if server.asset_address and not _ASSET_ADDRESS.fullmatch(server.asset_address):
        problem = f"“{server.asset_address}” is no address of a web server."
        fix = "Write it like https://files.example.org/salon, without a slash at the end. Empty for none."
        found.append(ConfigError(key="server.asset_address", problem=problem, fix=fix))
    if server.public_address and not _PUBLIC_ADDRESS.fullmatch(server.public_address):
        problem = f"“{server.public_address}” is no address that a browser opens this Salon at."
        fix = "Write it like https://salon.example.org; a path goes to server.base_path."
        found.append(ConfigError(key="server.public_address", problem=problem, fix=fix))
    for name in server.trusted_proxies:
        try:
            ipaddress.ip_network(name, strict=False)
        except ValueError:
            problem = f"“{name}” is neither an address nor a network."
            fix = "Write it like 127.0.0.1 or 10.0.0.0/8."
            found.append(ConfigError(key="server.trusted_proxies", problem=problem, fix=fix))
    url = settings.storage.url
    if url and not url.startswith(("postgresql://", "postgres://")):
        fix = "Leave it empty for SQLite in the data directory."
        found.append(
            ConfigError(key="storage.url", problem="is no PostgreSQL address (postgresql://…).", fix=fix)
        )
    if settings.redis.url and not settings.redis.url.startswith(("redis://", "rediss://", "unix://")):
        fix = "Leave it empty to do without Redis."
        found.append(
            ConfigError(key="redis.url", problem="is no Redis address (redis://host:port/0).", fix=fix)
        )
    if settings.files.kind == "s3" and not (settings.files.s3_endpoint and settings.files.s3_bucket):
        fix = "Set files.s3_endpoint and files.s3_bucket."
        found.append(ConfigError(key="files.kind", problem="s3 needs an address and a bucket.", fix=fix))
    found.extend(declaration_problems(settings, environ))
    return found


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything there is to say about one setting."""

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


def _explanation(spec: Spec, key: str, value: object, *, origin: str) -> Explanation:
    section, _, name = key.rpartition(".")
    header = f'{section.partition(".")[0]}."{section.partition(".")[2]}"' if "/" in section else section
    return Explanation(
        key=key,
        value=spec.shown(value),
        origin=origin,
        default="(required)" if spec.required else spec.shown(spec.default),
        doc=spec.doc,
        unit=spec.unit,
        expects=spec.expects,
        reload="applies while running" if spec.reload == "live" else "applies at the next start",
        secret=spec.secret,
        set_in_file=f"[{header}]\n{name} = {'…' if spec.secret else render(value)}",
        set_in_environment=" or ".join(spec.env) or None,
    )


def explain(source: Source, key: str) -> Explanation:
    """Explain one setting. Raises: ConfigError naming the nearest key when there is no such one."""
    resolved = resolve(source)
    value = resolved.values.get(key)
    if value is not None:
        return _explanation(value.spec, key, value.value, origin=value.origin)
    known = specs(Settings)
    spec = find(known, key)
    if spec is None:
        raise unknown_key(known, key, origin=None)
    return _explanation(spec, key, spec.default, origin="not set")


def explain_all(source: Source) -> list[Explanation]:
    """Explain every setting that has a value here, in the schema's order."""
    values = resolve(source).values
    return [_explanation(one.spec, key, one.value, origin=one.origin) for key, one in values.items()]
