"""Shares: what a link shows, to whom, until when, and what it never shows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.features.conversations.conftest import ANN, BOB, Play, Scene

from salon.features.conversations.errors import LinkUntold
from salon.features.conversations.models import Answer, Author, Content
from salon.features.conversations.shares import (
    Copies,
    Links,
    NewShare,
    PageFrame,
    Pages,
    Reader,
    Shares,
    forget_names,
    missing_page,
)
from salon.features.conversations.shares import store as shares_store
from salon.features.conversations.store.answers import answers_of, insert_answer
from salon.features.conversations.store.messages import all_messages, sources_of
from salon.features.conversations.tree import ConversationChange, NewMessage
from salon.foundation.acts import ActDiffers
from salon.foundation.audit import list_records
from salon.foundation.files import FileReference, Files, LocalBlobs
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound
from salon.foundation.messages import FilePart, ImagePart, Part, TextPart
from salon.foundation.workers import Limits, Workers, WorkLimit

A, B = SpaceScope(ANN.space_id), SpaceScope(BOB.space_id)
FRAME = PageFrame(address="/s/token", may_copy=False)
LINKS = Links(lambda: [bytes(32)])
MODEL = Author(kind="model", id="openai/gpt-5", name="Ada")


class Desk:
    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene, self.tree, self.storage = scene, scene.tree, scene.storage
        self.files = Files(
            scene.storage, LocalBlobs(folder / "blobs"), incoming=folder / "incoming", clock=scene.clock
        )
        self.shares = Shares(scene.storage, self.files, links=LINKS, clock=scene.clock)
        self.tree.erasers.add(self.shares.forget)
        self.reader = Reader(scene.storage, self.files, clock=scene.clock)
        self.copies = Copies(scene.storage, self.files, self.reader, clock=scene.clock)
        self.pages = Pages(Workers(most=1), limits=Limits(wall_s=60.0, cpu_s=2))

    async def store(self, content: bytes, name: str) -> FileReference:
        async def once() -> AsyncIterator[bytes]:
            yield content

        return await self.files.store(ANN, once(), name=name)

    async def say(self, talk: str, *parts: Part, after: str | None = "head", **fields: Any) -> str:
        fields = {"role": "assistant", "author": MODEL, **fields}
        new = NewMessage(content=Content(parts=parts), **fields)
        return (await self.tree.messages.append(ANN, talk, [new], after=after)).messages[0].id

    async def share(self, talk: str, **fields: Any) -> tuple[str, str]:
        made = await self.shares.create(ANN, NewShare(conversation_id=talk, **fields))
        assert made.token is not None
        return made.share.id, made.token

    async def text(self, token: str, **where: int) -> str:
        return (await self.pages.page(await self.reader.view(token, **where), FRAME))[1].decode()

    async def bytes_of(self, token: str, position: int, place: int) -> bytes:
        file = await self.reader.file(token, position, place)
        return b"".join([chunk async for chunk in file.chunks])


def answer_to(message_id: str, conversation_id: str) -> Answer:
    return Answer(
        message_id=message_id, conversation_id=conversation_id, run_id=None, model="gpt-5", route="openai/gpt-5",
        finish="stop", asked={"asked": {"model": "gpt-5"}}, steps=(), input_tokens=7, output_tokens=3,
        cost_e10=40, currency="USD", started_at_ms=1, first_token_at_ms=2, ended_at_ms=3,
    )  # fmt: skip


Act = Callable[[Desk], Awaitable[None]]


@pytest.fixture
def desk(play: Play, tmp_path: Path) -> Callable[[Act], None]:
    return lambda act: play(lambda scene: act(Desk(scene, tmp_path)))


def test_a_link_shows_its_branch_as_it_was_and_nothing_else(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        talk, branch, (first, _) = await desk.scene.talk("Shared one", "Shared two")
        await desk.say(talk, TextPart(text="CANARY other branch"), after=first)
        await desk.scene.talk("CANARY other talk")
        _, token = await desk.share(talk)
        await desk.say(talk, TextPart(text="CANARY said later"))
        text = await desk.text(token)
        assert "Shared one" in text
        assert "Shared two" in text
        for never in ("CANARY", talk, branch, first, "per_ann", "spc_ann", "<script", "cnv_", "msg_"):
            assert never not in text

    desk(act)


def test_every_link_that_leads_nowhere_is_the_same(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        talk, _, _ = await desk.scene.talk("One")
        revoked_id, revoked = await desk.share(talk)
        _, expired = await desk.share(talk, expires_in_s=60)
        _, kept = await desk.share(talk)
        await desk.shares.revoke(ANN, revoked_id)
        desk.scene.clock.advance(61)
        told = set()
        for token in (revoked, expired, "made-up", "", "x" * 10_000, "\ud800"):
            with pytest.raises(NotFound) as refused:
                await desk.text(token)
            told.add((refused.value.message, str(refused.value.fields)))
        assert len(told) == 1
        assert "One" in await desk.text(kept)
        for where in ({"line": 1}, {"page": 1}):
            with pytest.raises(NotFound):
                await desk.text(kept, **where)
        await desk.tree.deletion.conversation(ANN, talk, "hide")
        with pytest.raises(NotFound):
            await desk.text(kept)
        assert b"Nothing is shared here" in missing_page()

    desk(act)


def test_only_the_space_sees_and_changes_its_shares(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        talk, branch, (first,) = await desk.scene.talk("One")
        share_id, token = await desk.share(talk)
        for reach in (desk.shares.get, desk.shares.revoke, desk.shares.revise):
            with pytest.raises(NotFound):
                await reach(BOB, share_id)
        for new in (
            NewShare(conversation_id=talk),
            NewShare(conversation_id=talk, branch_id=branch),
            NewShare(conversation_id=talk, kind="path", message_id=first),
            NewShare(conversation_id=talk, kind="tree"),
        ):
            with pytest.raises(NotFound):
                await desk.shares.create(BOB, new)
        assert (await desk.shares.page(BOB, conversation_id=talk, cursor=None, limit=9)).items == ()
        mine = await desk.shares.page(ANN, conversation_id=talk, cursor=None, limit=9)
        assert [one.share.id for one in mine.items] == [share_id]
        row = await desk.storage.read(lambda tx: shares_store.get_share(tx, A, share_id))
        assert row is not None
        assert token not in str(row)
        trail = await desk.storage.read(lambda tx: list_records(tx, A))
        assert [(one.action, token in one.detail) for one in trail.records] == [("share.created", False)]

    desk(act)


def test_what_is_deleted_or_erased_leaves_every_share(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        picture = await desk.store(b"\x89PNG\r\n\x1a\n" + b"p" * 50, "cat.png")
        talk, _, _ = await desk.scene.talk("Kept")
        second = await desk.say(
            talk, TextPart(text="CANARY deleted"), author=Author(kind="tool", name="CANARY")
        )
        third = await desk.say(talk, TextPart(text="CANARY erased"), ImagePart(file_id=picture.id))
        _, token = await desk.share(talk)
        assert (await desk.bytes_of(token, 2, 0)).startswith(b"\x89PNG")
        await desk.tree.deletion.message(ANN, talk, second, "delete")
        await desk.tree.deletion.message(ANN, talk, third, "erase")
        text = await desk.text(token)
        assert "CANARY" not in text
        assert text.count("This message was taken out.") == 2
        with pytest.raises(NotFound):
            await desk.bytes_of(token, 2, 0)
        assert [file.purpose for file in await desk.files.list(A)] == [""]

    desk(act)


def test_a_title_leaves_every_share_with_what_it_was_made_from(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        talk, _, (first, _) = await desk.scene.talk("CANARY", "Kept")
        await desk.scene.title_from(talk, "CANARY", first)
        _, token = await desk.share(talk)
        mine, theirs = await desk.copies.copy(ANN, token), await desk.copies.copy(BOB, token)
        (copied, _) = await desk.storage.read(lambda tx: all_messages(tx, B, theirs.id))
        assert (theirs.title, theirs.sources) == ("CANARY", (copied.id,))
        await desk.tree.deletion.message(ANN, talk, first, "erase", copies=True)
        assert "CANARY" not in await desk.text(token)
        assert [await desk.scene.title_of(one) for one in (talk, mine.id)] == ["", ""]
        again = await desk.copies.copy(BOB, token)
        assert (again.title, again.messages) == ("", 1)

    desk(act)


def test_an_erased_conversation_is_called_nothing_in_any_revision(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        desk.tree.erasers.add_whole(forget_names)
        talk, _, (first, _) = await desk.scene.talk("One", "Two")
        await desk.tree.branches.create(ANN, talk, name="CANARY branch", head_id=first)
        await desk.tree.conversations.change(ANN, talk, ConversationChange(title="CANARY title"))
        kept, _, _ = await desk.scene.talk("Kept")
        other_id, _ = await desk.share(kept)
        share_id, _ = await desk.share(talk, kind="tree")
        shared = [(await desk.shares.get(ANN, share_id)).revision]
        shared.append((await desk.shares.revise(ANN, share_id)).revision)
        assert all("CANARY title" in str(one) and "CANARY branch" in str(one) for one in shared)
        await desk.tree.deletion.conversation(ANN, talk, "erase")
        for had in shared:
            now = await desk.storage.read(lambda tx, had=had: shares_store.get_revision(tx, A, had.id))
            assert now is not None
            assert (now.title, {line.name for line in now.lines}) == ("", {None})
            assert [line.last for line in now.lines] == [line.last for line in had.lines]
        assert (await desk.shares.get(ANN, other_id)).revision.title == "A talk"

    desk(act)


def test_files_are_pinned_and_handed_out_below_the_link_alone(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        picture = await desk.store(b"\x89PNG\r\n\x1a\n" + b"p" * 50, "cat.png")
        other = await desk.store(b"CANARY of the space", "other.txt")
        talk, _, _ = await desk.scene.talk("Look")
        await desk.say(
            talk,
            ImagePart(file_id=picture.id),
            FilePart(data="aGk=", name="a.txt"),
            FilePart(url="https://a.example/x"),
        )
        share_id, token = await desk.share(talk)
        await desk.files.delete(ANN, picture.id)
        assert (await desk.bytes_of(token, 1, 0)).startswith(b"\x89PNG")
        assert await desk.bytes_of(token, 1, 1) == b"hi"
        text = await desk.text(token)
        assert 'src="/s/token/files/1-0"' in text
        assert picture.id not in text
        for position, place in ((0, 0), (1, 2), (1, 9), (9, 0)):
            with pytest.raises(NotFound):
                await desk.bytes_of(token, position, place)
        await desk.shares.revoke(ANN, share_id)
        with pytest.raises(NotFound):
            await desk.bytes_of(token, 1, 0)
        assert [file.id for file in await desk.files.list(A)] == [other.id]

    desk(act)


def test_a_tree_has_its_branches_and_versions(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        talk, _, (first, _) = await desk.scene.talk("Question", "Answer one")
        await desk.say(talk, TextPart(text="Answer two"), after=first)
        await desk.say(talk, TextPart(text="CANARY instructions"), after=None, role="system")
        _, token = await desk.share(talk, kind="tree")
        one, two = await desk.text(token), await desk.text(token, line=1)
        assert ("Answer one" in one, "Answer two" in one) == (True, False)
        assert ("Answer one" in two, "Answer two" in two) == (False, True)
        assert '<a href="/s/token?line=1#m2">Next version</a>' in one
        assert 'aria-label="Branches"' in one
        assert "CANARY" not in one + two
        with pytest.raises(NotFound):
            await desk.text(token, line=2)

    desk(act)


def test_a_long_path_has_pages(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        talk, _, ids = await desk.scene.talk(*(f"Word {number}." for number in range(130)))
        _, token = await desk.share(talk, kind="path", message_id=ids[124])
        pages = [await desk.text(token, page=number) for number in range(3)]
        assert [f"Word {number}." in page for page, number in zip(pages, (0, 60, 124), strict=True)] == [
            True
        ] * 3
        assert "Word 125." not in pages[2]
        assert "Page 2 of 3" in pages[1]
        assert 'href="/s/token?page=2"' in pages[1]

    desk(act)


def test_a_new_revision_stands_under_the_same_link(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        talk, _, (first,) = await desk.scene.talk("Before")
        share_id, token = await desk.share(talk)
        _, path = await desk.share(talk, kind="path", message_id=first)
        await desk.say(talk, TextPart(text="Afterwards"))
        assert "Afterwards" not in await desk.text(token)
        revised = await desk.shares.revise(ANN, share_id)
        assert (revised.revision.number, revised.token) == (2, None)
        text = await desk.text(token)
        assert "Afterwards" in text
        assert "revision 2" in text
        assert "Afterwards" not in await desk.text(path)
        await desk.shares.revoke(ANN, share_id)
        with pytest.raises(Conflict):
            await desk.shares.revise(ANN, share_id)

    desk(act)


def test_a_copy_is_the_readers_own_and_names_its_sources(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        picture = await desk.store(b"\x89PNG\r\n\x1a\n" + b"p" * 50, "cat.png")
        talk, _, (first, _) = await desk.scene.talk("Question", "Answer")
        third = await desk.say(talk, ImagePart(file_id=picture.id), after=first)
        await desk.storage.write(lambda tx: insert_answer(tx, A, answer_to(third, talk)))
        share_id, token = await desk.share(talk, kind="tree")
        copied = await desk.copies.copy(BOB, token)
        assert (copied.title, copied.messages, copied.space_id) == ("A talk", 3, BOB.space_id)
        said = await desk.storage.read(lambda tx: all_messages(tx, B, copied.id))
        assert {message.author.id for message in said} == {None, "openai/gpt-5"}
        branches = (await desk.tree.branches.page(BOB, copied.id)).items
        heads = [branch.head_id for branch in branches]
        made = await desk.storage.read(lambda tx: sources_of(tx, B, [head for head in heads if head]))
        assert third in {source.id for sources in made.values() for source in sources}
        (file,) = await desk.files.list(B)
        assert file.hash == picture.hash
        taken = await desk.storage.read(lambda tx: answers_of(tx, B, [message.id for message in said]))
        assert taken == {}, "what it was asked and took is its space's own"
        await desk.shares.revoke(ANN, share_id)
        with pytest.raises(NotFound):
            await desk.copies.copy(BOB, token)
        assert b"".join([chunk async for chunk in desk.files.read(B, file.id)]).startswith(b"\x89PNG")

    desk(act)


def test_what_cannot_be_shared_is_said_with_its_field(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        empty, _, _ = await desk.scene.talk()
        talk, _, _ = await desk.scene.talk("One")
        for new, field in (
            (NewShare(conversation_id=empty), "conversation_id"),
            (NewShare(conversation_id=talk, kind="path"), "message_id"),
            (NewShare(conversation_id=talk, expires_in_s=1), "expires_in_s"),
        ):
            with pytest.raises(InvalidRequest) as refused:
                await desk.shares.create(ANN, new)
            assert refused.value.param == field
        with pytest.raises(NotFound):
            await desk.shares.create(ANN, NewShare(conversation_id=talk, kind="path", message_id="msg_else"))

    desk(act)


def test_a_long_page_is_made_elsewhere_and_kept(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        talk = (await desk.tree.conversations.create(ANN, title="T")).conversation.id
        long = "**bold** words " * 2_000
        await desk.say(talk, TextPart(text=long), after=None)
        _, token = await desk.share(talk)
        view = await desk.reader.view(token)
        tag, body = await desk.pages.page(view, FRAME)
        assert body.count(b"<strong>bold</strong>") == 2_000
        assert await desk.pages.page(view, FRAME) == (tag, body)

    desk(act)


def test_a_page_made_to_hurt_is_refused_and_others_go_on(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        talk = (await desk.tree.conversations.create(ANN, title="T")).conversation.id
        await desk.say(talk, *[TextPart(text="![" * 29_000)] * 20, after=None)
        _, token = await desk.share(talk)
        making = asyncio.ensure_future(desk.pages.page(await desk.reader.view(token), FRAME))
        other = (await desk.tree.conversations.create(ANN, title="Other")).conversation.id
        await desk.say(other, TextPart(text="Hello"), after=None)
        assert "Hello" in await desk.text((await desk.share(other))[1])
        with pytest.raises(WorkLimit):
            await making

    desk(act)


def test_a_share_that_is_sent_again_has_the_same_link_while_its_key_is_there(
    desk: Callable[[Act], None],
) -> None:
    async def act(desk: Desk) -> None:
        talk, _, _ = await desk.scene.talk("One")
        new, old, fresh = NewShare(conversation_id=talk), bytes(32), bytes([1]) * 32
        made = await desk.shares.create(ANN, new, client_id="mine")
        for keys in ([old], [fresh, old]):
            shares = Shares(desk.storage, desk.files, links=Links(lambda k=keys: k), clock=desk.scene.clock)
            assert await shares.create(ANN, new, client_id="mine") == made
        assert await desk.text(str(made.token))
        with pytest.raises(ActDiffers):
            await desk.shares.create(ANN, NewShare(conversation_id=talk, kind="tree"), client_id="mine")
        rotated = Shares(desk.storage, desk.files, links=Links(lambda: [fresh]), clock=desk.scene.clock)
        with pytest.raises(LinkUntold):
            await rotated.create(ANN, new, client_id="mine")
        assert len((await desk.shares.page(ANN, conversation_id=None, cursor=None, limit=5)).items) == 1

    desk(act)


def test_revising_revoking_and_copying_again_do_nothing_twice(desk: Callable[[Act], None]) -> None:
    async def act(desk: Desk) -> None:
        talk, _, _ = await desk.scene.talk("One")
        share, token = await desk.share(talk)
        revised = [await desk.shares.revise(ANN, share, client_id="a") for _ in range(2)]
        assert [one.revision.number for one in revised] == [2, 2]
        copied = await desk.copies.copy(BOB, token, client_id="b")
        revoked = [await desk.shares.revoke(ANN, share, client_id="c") for _ in range(2)]
        assert revoked[0] == revoked[1]
        assert await desk.copies.copy(BOB, token, client_id="b") == copied
        for client_id in ("b", None):
            with pytest.raises((ActDiffers, NotFound)):
                await desk.copies.copy(BOB, f"{token}x", client_id=client_id)

    desk(act)
