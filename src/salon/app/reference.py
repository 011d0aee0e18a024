"""Writes the configuration reference from the schema, so that it cannot drift from it."""

import inspect

import msgspec

from salon.app.settings import Settings
from salon.foundation.kit.settings import Spec, specs, table_type


def configuration_reference() -> str:
    """Return the reference of all settings as Markdown."""
    known = specs(Settings)
    lines = [
        "# Configuration",
        "",
        "Generated from the schema. A setting is read from `salon.toml` in the data directory (or the file",
        "named by `--config` or `SALON_CONFIG`), then from the environment, then from the command line",
        "(`--set section.key=value`); the later one wins. `salon config explain KEY` says what is in force",
        "and why. A file that changes is read again; one with a mistake is refused as a whole and the last",
        "good settings stay.",
        "",
    ]
    for field in msgspec.structs.fields(Settings):
        table = table_type(field.type)
        struct = table or field.type
        lines += [f"## {inspect.getdoc(struct)}", ""]
        prefix = f"{field.name}.*." if table else f"{field.name}."
        lines += ["| setting | default | meaning |", "| --- | --- | --- |"]
        lines += [_row(spec) for key, spec in known.items() if key.startswith(prefix)]
        lines.append("")
    return "\n".join(lines)


def _row(spec: Spec) -> str:
    notes = [
        spec.doc,
        f"{spec.expects[:1].upper()}{spec.expects[1:]}{f', in {spec.unit}' if spec.unit else ''}.",
    ]
    if spec.env:
        notes.append("Environment: " + ", ".join(f"`{name}`" for name in spec.env) + ".")
    if spec.secret:
        notes.append("Secret: never shown.")
    if spec.reload == "restart":
        notes.append("Applies at the next start.")
    default = "required" if spec.required else spec.shown(spec.default)
    name = spec.key.replace(".*.", ".NAME.")
    return f"| `{name}` | {default} | {' '.join(notes)} |".replace("\n", " ")
