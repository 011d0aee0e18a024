"""Files of the house in messages: named, described, sent as the model takes them; made media is kept as files."""

import base64

import pytest

from salon.features.conversations.answering.attachments import AnswerFiles, GatewaySight
from salon.features.conversations.answering.models import Draft
from salon.foundation.files import Attachments, CannotAttach, Files, LocalBlobs, Making
from salon.foundation.kit.errors import NotFound, TooLarge
from salon.foundation.messages import AudioPart, FilePart, ImagePart, TextPart, ToolResultPart
from salon.testing.fake_provider.png import picture
from salon.testing.talking import ANN, BOB

DOT = base64.b64decode(picture("dot"))


async def stored(scene, content: bytes, name: str, *, by=ANN) -> str:
    async def once():
        yield content

    file = await scene.processes[0].files.store(by, once(), name=name, media_type="text/plain")
    return file.id


def draft(*parts) -> Draft:
    return Draft(parts=(*parts, TextPart(text="Look {{fake tokens=1}}")))


def test_a_message_says_how_its_files_went_and_the_model_gets_them(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        note = await stored(scene, b"The word is plum.", "note.txt")
        picture = await stored(scene, DOT, "dot.png")
        parts = (FilePart(file_id=note), FilePart(file_id=picture))
        sent = await scene.answering.sending.send(ANN, one, draft(*parts))
        await scene.ended(sent)
        text, image, _ = sent.message.content.parts
        assert (text.name, text.data, text.provider_data["salon"]["way"]) == ("note.txt", None, "text")
        assert (image.media_type, image.provider_data["salon"]["way"]) == ("image/png", "image")
        body = scene.fake.journal.exchanges[-1].body
        assert b"The word is plum." in body
        assert base64.b64encode(DOT) in body
        found = await scene.answering.exact.request(ANN, sent.answers[0].message_id)
        assert "plum" not in str(found.steps[0].request)

    talk(acts)


def test_what_cannot_be_attached_is_refused_by_its_place(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        theirs = await stored(scene, b"x", "x.txt", by=BOB)
        large = await stored(scene, b"x" * 1_000_001, "large.txt")
        zipped = await stored(scene, b"PK\x05\x06" + bytes(18), "empty.zip")
        wished = ImagePart(file_id=large, provider_data={"salon": {"as": "image"}})
        cases = [
            (FilePart(file_id=theirs), NotFound),
            (FilePart(file_id="fil_none"), NotFound),
            (FilePart(file_id=large), TooLarge),
            (FilePart(file_id=zipped), CannotAttach),
            (wished, CannotAttach),
        ]
        for part, error in cases:
            with pytest.raises(error) as refused:
                await scene.answering.sending.send(ANN, one, draft(part))
            assert refused.value.fields["field"] == "parts.0.file_id"
        assert await scene.path(one) == []

    talk(acts)


def test_a_file_that_was_deleted_is_said_to_be_gone(talk) -> None:
    async def acts(scene) -> None:
        one, _ = await scene.conversation()
        note = await stored(scene, b"The word is plum.", "note.txt")
        await scene.ended(await scene.answering.sending.send(ANN, one, draft(FilePart(file_id=note))))
        await scene.processes[0].files.delete(ANN, note)
        await scene.ended(await scene.send(one, "And now? {{fake tokens=1}}"))
        body = scene.fake.journal.exchanges[-1].body
        assert b"note.txt is not shown" in body
        assert b"plum" not in body

    talk(acts)


def test_large_media_of_an_answer_goes_to_the_file_store(talk) -> None:
    async def acts(scene) -> None:
        files = scene.answering.files
        large = base64.b64encode(DOT + bytes(70_000)).decode()
        small = ImagePart(data=base64.b64encode(b"x").decode(), media_type="image/png")
        broken = FilePart(data="!" * 70_000)
        made = ImagePart(data=large, media_type="image/png")
        kept = await files.kept(ANN, (made, small, broken, ToolResultPart(tool_call_id="c", parts=(made,))))
        assert kept[0].data is None
        file = await scene.processes[0].files.get(scene.scope, kept[0].file_id)
        assert file.size_bytes == len(base64.b64decode(large))
        assert kept[1:3] == (small, broken)
        assert kept[3].parts[0].file_id is not None

    talk(acts)


def test_media_that_finds_no_room_leaves_the_words_and_says_so(talk) -> None:
    async def acts(scene) -> None:
        house, bench = scene.processes[0], scene.bench
        blobs = LocalBlobs(bench.folder / "files")
        full = Files(bench.storage, blobs, incoming=bench.folder / "incoming", quota_bytes=50_000)
        attachments = Attachments(full, Making(bench.storage, full, house.workers, bench.clock))
        files = AnswerFiles(full, attachments, GatewaySight(bench.gateway), most_bytes=1_000_000)
        large = base64.b64encode(DOT + bytes(70_000)).decode()
        words = TextPart(text="Here it is.")
        spoken = AudioPart(data=large, name="a.mp3", transcript="Good day.")
        kept = await files.kept(ANN, (words, ImagePart(data=large), spoken))
        assert kept[0] == words
        assert kept[1].text.startswith("[The file that was made is not kept: The space has no room")
        assert kept[2].text.startswith("Good day.\n[The file a.mp3 is not kept: ")

    talk(acts)
