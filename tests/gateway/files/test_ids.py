"""Ids of files: one file, a form for each dialect, and nobody else's taken for ours."""

import pytest

from salon.foundation.kit.ids import new_id
from salon.gateway.files import (
    anthropic_id,
    file_id_of,
    gemini_name,
    openai_id,
    part_id_of,
    part_wire_id,
    upload_id_of,
    upload_wire_id,
)


def test_every_form_of_an_id_names_the_same_file() -> None:
    for _ in range(1000):
        file_id = new_id("fil")
        name = gemini_name(file_id)
        forms = (
            file_id,
            openai_id(file_id),
            anthropic_id(file_id),
            name,
            f"https://salon.example/v1beta/{name}",
        )
        assert {file_id_of(form) for form in forms} == {file_id}
        assert name.removeprefix("files/").isalnum()  # all that Google's clients read of an address


def test_uploads_and_parts_are_told_from_files() -> None:
    upload_id, part_id = new_id("upl"), new_id("fil")
    assert upload_id_of(upload_wire_id(upload_id)) == upload_id
    assert part_id_of(part_wire_id(part_id)) == part_id
    assert file_id_of(part_wire_id(part_id)) is None


@pytest.mark.parametrize(
    "name",
    [
        "file-6F2ksmvXxt4VdoqmHRw6kL",
        "file_011CNha8iCJcU1wXNR6q4V8w",
        "files/abc-123",
        "https://generativelanguage.googleapis.com/v1beta/files/abc123def456",
        "https://example.org/file-~01m7yyhj9re0jv29101pz4xpg7/picture.png",
        "file-~01m7yyhj9re0jv29101pz4xpg",
        "file-~01m7yyhj9re0jv29101pz4xpgu",
        "file-~" + "0" * 5000,
        "",
        "~",
    ],
)
def test_an_id_of_a_provider_is_none_of_ours(name: str) -> None:
    assert file_id_of(name) is None
