"""Reads an export from its first conversation to its last, whichever program wrote it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from salon.features.conversations.exchange.readers import (
    chatgpt,
    claude,
    librechat,
    lobechat,
    open_webui,
    salon,
    sillytavern,
)
from salon.features.conversations.exchange.readers.assets import Assets
from salon.features.conversations.exchange.readers.building import ReadConversation
from salon.features.conversations.exchange.readers.containers import (
    Member,
    Source,
    open_source,
    text_chunks,
)
from salon.features.conversations.exchange.readers.problems import Notes, ReadError
from salon.features.conversations.exchange.readers.recognising import (
    Program,
    Recognised,
    decoded,
    opens_lists,
    recognise,
)
from salon.features.conversations.exchange.readers.scanning import Found, Scanner
from salon.features.conversations.exchange.readers.shelf import Shelf
from salon.features.conversations.exchange.readers.values import Json, identifier, name, text

_SHARD: Final = re.compile(r'"((?:[\w./ -]{0,200}/)?conversations[\w-]{0,40}\.json)"')
_MANIFEST: Final = "export_manifest.json"
_TOLD_SHARDS: Final = 3
_MANIFEST_BYTES: Final = 4 * 1024 * 1024
_LOBE_LISTS: Final = (
    "sessions", "topics", "messages", "sessionGroups", "messagePlugins", "agents",
    "agentsToSessions", "threads",
)  # fmt: skip
Read = ReadConversation | ReadError


class Export:
    """An export that was opened and recognised. Iterate over ``conversations`` once."""

    def __init__(self, path: Path, filename: str, *, wanted: Program | None = None) -> None:
        """Open what is at ``path``. Raises: ReadError when it is no export, or not of ``wanted``."""
        self.notes = Notes()
        """What there is to say of the export as a whole, once it was read to its end."""
        self._folder = path.parent
        self._source: Source = open_source(path, filename, self.notes)
        members = self._source.members()
        if not members:
            raise ReadError("empty")
        self._parts: list[tuple[Member, Recognised]] = []
        self._projects: list[Member] = []
        self._others: list[Member] = []
        self._sort(members)
        programs = list(dict.fromkeys(part.program for _, part in self._parts))
        if wanted is not None:
            self._parts = [part for part in self._parts if part[1].program == wanted]
        if not self._parts:
            missing = [] if programs else self._shards()
            if missing:
                raise ReadError("shards-missing", detail=", ".join(missing[:_TOLD_SHARDS]))
            raise ReadError("wrong-format" if programs else "unknown", detail=", ".join(programs))
        self.programs: tuple[Program, ...] = tuple(dict.fromkeys(part.program for _, part in self._parts))
        self.assets = Assets(self._others)

    def conversations(self) -> Iterator[Read]:
        """Yield every conversation, or why one cannot be read, in the order of the export."""
        self._check_shards()
        projects = self._project_names()
        for member, part in self._parts:
            is_silent = True
            try:
                for one in self._part(member, part, projects):
                    is_silent = False
                    yield one
            except ReadError as error:
                is_silent = False
                yield _placed(error, member.name)
            if is_silent:
                yield ReadError("no-messages", place=member.name)
        self._note_others()

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield the bytes of a file that a message refers to. Raises: ReadError."""
        return self._source.chunks(member)

    # -- opening ----------------------------------------------------------------------------------
    def _sort(self, members: list[Member]) -> None:
        """Tell conversations from what lies beside them."""
        for member in members:
            try:
                found = recognise(text_chunks(self._source.chunks(member), Notes()))
            except ReadError as error:
                if error.code in {"bomb", "encrypted"}:
                    raise
                found = None
            if found is None:
                self._others.append(member)
            elif found.shape == "projects":
                self._projects.append(member)
            else:
                self._parts.append((member, found))

    def _check_shards(self) -> None:
        """Name the shards that a manifest lists and that are not there."""
        there = {member.name.rsplit("/", 1)[-1] for member, _ in self._parts}
        for shard in self._shards():
            if shard.rsplit("/", 1)[-1] not in there:
                self.notes.add("file-missing", shard)

    def _shards(self) -> list[str]:
        """Return the shards that manifests list, wherever in them: nobody says how they are laid out."""
        found: dict[str, None] = {}
        for member in self._others:
            is_manifest = member.name.rsplit("/", 1)[-1] == _MANIFEST
            if is_manifest and member.size_bytes < _MANIFEST_BYTES:
                try:
                    manifest = b"".join(self._source.chunks(member)).decode("utf-8", "replace")
                except ReadError:
                    self.notes.add("member-unread", member.name)
                    continue
                found |= dict.fromkeys(_SHARD.findall(manifest))
        return list(found)

    def _project_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for member in self._projects:
            try:
                values = [decoded(found, self.notes) for found in self._elements(member, self.notes)]
                names |= claude.project_names(values, self.notes)
            except ReadError:
                self.notes.add("member-unread", member.name)
        return names

    def _note_others(self) -> None:
        for member in self._others:
            last = member.name.rsplit("/", 1)[-1]
            if member.name in self.assets.used or last == _MANIFEST:
                continue
            is_text = last.endswith((".json", ".jsonl", ".html", ".txt", ".md", ".csv", ".pdf", ".zip"))
            self.notes.add("member-unread" if is_text else "file-left-out", member.name)

    # -- reading ----------------------------------------------------------------------------------
    def _part(self, member: Member, part: Recognised, projects: dict[str, str]) -> Iterator[Read]:
        if part.program == "salon":
            yield from self._salon(member, part)
        elif part.program == "sillytavern":
            lines = self._scan(member, self.notes, _opens_nothing).values()
            yield sillytavern.read(lines, Notes(), self.assets, place=member.name)
        elif part.program == "lobechat":
            yield from self._lobechat(member)
        else:
            yield from self._each(member, part, projects)

    def _each(self, member: Member, part: Recognised, projects: dict[str, str]) -> Iterator[Read]:
        """Yield conversations that are one value each."""
        scanner = self._scan(member, self.notes, opens_lists(()) if part.shape == "array" else _opens_nothing)
        for found in scanner.values():
            notes, place = Notes(), f"{member.name}: {found.place}"
            try:
                value = decoded(found, notes)
            except ReadError as error:
                kept = scanner.give_back(found)
                if kept is None:
                    yield ReadError(error.code, place=place, detail=error.detail)
                else:
                    yield ReadError("damaged", place=place, detail=f"{kept} bytes were passed over")
                continue
            try:
                yield _read(value, part.program, notes, self.assets, place=place, projects=projects)
            except ReadError as error:
                yield ReadError(error.code, place=_titled(place, value), detail=error.detail)
            except RecursionError:  # what is kept of it could not be written down
                yield ReadError("nested", place=_titled(place, value))

    def _salon(self, member: Member, part: Recognised) -> Iterator[Read]:
        if part.shape == "lines":
            lines = self._scan(member, self.notes, _opens_nothing).values()
            yield from salon.Lines(lines, self.notes, self.assets, place=member.name).conversations()
            return
        for found in self._scan(member, self.notes, opens_lists(("conversations",))).values():
            place = f"{member.name}: {found.place}"
            if found.key == "version" and found.data.isdigit():
                salon.check_version(int(found.data[:9]))
            if found.path != ("conversations",) and found.problem is None:
                continue
            try:
                yield salon.read(found, Notes(), self.assets, place=place)
            except ReadError as error:
                yield _placed(error, place)

    def _lobechat(self, member: Member) -> Iterator[Read]:
        library = lobechat.Library(
            sessions={}, topics={}, groups={}, plugins={}, agents={}, agents_of={}, threads={}
        )
        paths = [path for key in _LOBE_LISTS for path in ((key,), ("state", key), ("data", key))]
        with Shelf(self._folder) as shelf:
            for found in self._scan(member, self.notes, opens_lists(*paths)).values():
                kind = found.path[-1] if found.path else ""
                if found.problem is not None or (found.key == "" and kind in _LOBE_LISTS):
                    try:
                        _sort_lobechat(found, kind, library, shelf, self.notes)
                    except ReadError as error:
                        yield ReadError(
                            error.code, place=f"{member.name}: {found.place}", detail=error.detail
                        )
            yield from lobechat.conversations(shelf, library, self.assets, place=member.name)

    def _elements(self, member: Member, notes: Notes) -> Iterator[Found]:
        return self._scan(member, notes, opens_lists(())).values()

    def _scan(self, member: Member, notes: Notes, opens: Callable[[tuple[str, ...]], bool]) -> Scanner:
        return Scanner(text_chunks(self._source.chunks(member), notes), opens=opens)


def _opens_nothing(_: tuple[str, ...]) -> bool:
    return False


def _read(
    value: Json,
    program: Program,
    notes: Notes,
    assets: Assets,
    *,
    place: str,
    projects: dict[str, str],
) -> ReadConversation:
    if program == "chatgpt":
        return chatgpt.read(value, notes, assets, place=place)
    if program == "claude":
        return claude.read(value, notes, assets, place=place, projects=projects)
    if program == "open-webui":
        return open_webui.read(value, notes, assets, place=place)
    return librechat.read(value, notes, assets, place=place)


def _sort_lobechat(found: Found, kind: str, library: lobechat.Library, shelf: Shelf, notes: Notes) -> None:
    value = decoded(found, notes)
    own_id = identifier(value.get("id"))
    if kind == "messages":
        shelf.put(lobechat.key_of(value), msgspec.json.encode(value))
    elif kind == "sessions":
        library.sessions[own_id] = value
    elif kind == "topics":
        library.topics[own_id] = value
    elif kind == "sessionGroups":
        library.groups[own_id] = value
    elif kind == "messagePlugins":
        library.plugins[own_id] = value
    elif kind == "agents":
        library.agents[own_id] = value
    elif kind == "agentsToSessions":
        library.agents_of[identifier(value.get("sessionId"))] = identifier(value.get("agentId"))
    elif kind == "threads":
        library.threads[own_id] = identifier(value.get("sourceMessageId"))


def _titled(place: str, value: Json) -> str:
    title = name(value.get("title")) or name(value.get("name")) or text(value.get("id"))
    return f"{place} “{title[:100]}”" if title else place


def _placed(error: ReadError, place: str) -> ReadError:
    return error if error.place else ReadError(error.code, place=place, detail=error.detail)
