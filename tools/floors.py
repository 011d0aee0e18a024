"""Write or check `.importlinter`: the floors, their order, and one wall for each feature's private files.

The features are read from the tree, so that a new one cannot forget its wall. ``--write`` renews the file.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / ".importlinter"
FEATURES = ROOT / "src" / "salon" / "features"
PRIVATE = ("store", "schemas", "jobs")

HEAD = """\
# Written by tools/floors.py; change it there.
[importlinter]
root_package = salon
include_external_packages = True

[importlinter:contract:floors]
name = Floors: imports point down only
type = layers
containers = salon
layers =
    app
    surfaces
    testing
    plugins
    features
    gateway
    foundation
exhaustive = True
exhaustive_ignores = __main__

[importlinter:contract:foundation]
name = Floors of the foundation
type = layers
containers = salon.foundation
layers =
    accounts
    ledger | runs | files
    acts : audit : events : reading
    storage : egress : telemetry : workers
    messages
    kit
exhaustive = True

[importlinter:contract:features]
name = Floors of the features
type = layers
containers = salon.features
layers =
    (analytics)
    (evaluation) | (finetuning)
    (tasks)
    (rooms) | (workflows)
    (agents)
    conversations
    (turns)
    (tools) | (knowledge) | (personas)
exhaustive = True

[importlinter:contract:cycles]
name = No cycles among siblings, at any depth
type = acyclic_siblings
ancestors =
    salon.foundation
    salon.gateway
    salon.features
    salon.surfaces
    salon.app

[importlinter:contract:providers]
name = Providers do not know each other
type = independence
modules =
    salon.gateway.providers.{providers}

[importlinter:contract:protocols]
name = Protocols do not know each other
type = independence
modules =
    salon.gateway.protocols.{protocols}

[importlinter:contract:web-framework]
name = Only the web surface and the composition root know the web framework
type = forbidden
source_modules =
    salon.foundation
    salon.gateway
    salon.features
    salon.plugins
    salon.testing
    salon.surfaces.cli
    salon.surfaces.tui
    salon.surfaces.library
forbidden_modules =
    fastapi
    starlette
    uvicorn
allow_indirect_imports = True

[importlinter:contract:pure]
name = Messages and protocols do no I/O
type = forbidden
source_modules =
    salon.foundation.messages
    salon.gateway.protocols
forbidden_modules =
    asyncio
    socket
    ssl
    threading
    salon.foundation.storage
    salon.foundation.egress
allow_indirect_imports = True

[importlinter:contract:one-client]
name = One way out: HTTP clients live in egress
type = forbidden
source_modules =
    salon
forbidden_modules =
    httpx
    requests
    aiohttp
    urllib3
allow_indirect_imports = True
"""


def packages(folder: Path) -> list[str]:
    """Return the names of the packages directly in ``folder``."""
    return sorted(path.parent.name for path in folder.glob("*/__init__.py"))


def config() -> str:
    """Return the whole file as it should be."""
    gateway = ROOT / "src" / "salon" / "gateway"
    join = "\n    salon.gateway.{0}.".format
    text = HEAD.replace("{providers}", join("providers").join(packages(gateway / "providers")) or "*")
    text = text.replace("{protocols}", join("protocols").join(packages(gateway / "protocols")) or "*")
    for feature in packages(FEATURES):
        folder = FEATURES / feature
        modules = [name for name in PRIVATE if (folder / name).is_dir() or (folder / f"{name}.py").is_file()]
        if not modules:
            continue
        lines = "\n".join(f"    salon.features.{feature}.{name}" for name in modules)
        text += (
            f"\n[importlinter:contract:private-{feature}]\nname = Private files of {feature}\n"
            f"type = protected\nprotected_modules =\n{lines}\n"
            f"allowed_importers =\n    salon.features.{feature}\n"
        )
    return text


def main() -> int:
    """Write with ``--write``, else compare; return an exit status."""
    wanted = config()
    if "--write" in sys.argv:
        CONFIG.write_text(wanted)
        return 0
    if not CONFIG.is_file() or CONFIG.read_text() != wanted:
        print(".importlinter is not what tools/floors.py writes; run: python tools/floors.py --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
