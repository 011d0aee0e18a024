"""What the parts of an office document refer to."""

from salon.foundation.reading.archives import Archive
from salon.foundation.reading.xml_events import events_of


def relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return what a part refers to: by id, where it is and what it is."""
    folder, _, name = part.rpartition("/")
    found: dict[str, tuple[str, str]] = {}
    for what, element, attributes in events_of(archive.chunks(f"{folder}/_rels/{name}.rels")):
        if what == "start" and element == "Relationship" and attributes.get("TargetMode") != "External":
            target = joined(folder, attributes.get("Target", ""))
            found[attributes.get("Id", "")] = target, attributes.get("Type", "")
    return found


def joined(folder: str, target: str) -> str:
    """Return where a target lies in the archive; it names a member, and never a path of this machine."""
    steps = [] if target.startswith("/") else folder.split("/")
    for step in target.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)
