"""What part of a file is asked for, and what clients say of uploads."""

import base64

import pytest

from salon.foundation.kit.errors import InvalidRequest
from salon.surfaces.api.files.ranges import wanted_of
from salon.surfaces.api.files.shown import disposition
from salon.surfaces.api.files.tus import check_content_type, checksum_of, described, number_of
from salon.surfaces.api.files.tus_area import area_headers

TAG = '"abc"'


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({}, (200, 0, 100)),
        ({"range": "bytes=0-0"}, (206, 0, 1)),
        ({"range": "bytes=10-19"}, (206, 10, 20)),
        ({"range": "bytes=90-"}, (206, 90, 100)),
        ({"range": "bytes=90-900"}, (206, 90, 100)),
        ({"range": "bytes=-10"}, (206, 90, 100)),
        ({"range": "bytes=-900"}, (206, 0, 100)),
        ({"range": "bytes=100-"}, (416, 0, 0)),
        ({"range": "bytes=-0"}, (416, 0, 0)),
        ({"range": "bytes=20-10"}, (200, 0, 100)),
        ({"range": "bytes=0-1,5-6"}, (200, 0, 100)),
        ({"range": "bytes=-"}, (200, 0, 100)),
        ({"range": "lines=0-1"}, (200, 0, 100)),
        ({"range": "bytes=" + "9" * 400 + "-"}, (200, 0, 100)),
        ({"range": "bytes=1-2", "if-range": TAG}, (206, 1, 3)),
        ({"range": "bytes=1-2", "if-range": '"other"'}, (200, 0, 100)),
        ({"range": "bytes=1-2", "if-range": 'W/"abc"'}, (200, 0, 100)),
        ({"range": "bytes=1-2", "if-range": "Sat, 21 Nov 2026 10:00:00 GMT"}, (200, 0, 100)),
        ({"if-none-match": TAG}, (304, 0, 0)),
        ({"if-none-match": f'"x", W/{TAG}'}, (304, 0, 0)),
        ({"if-none-match": "*"}, (304, 0, 0)),
        ({"if-none-match": '"x"', "range": "bytes=1-1"}, (206, 1, 2)),
    ],
)
def test_what_is_asked_of_a_hundred_bytes(headers: dict[str, str], answer: tuple[int, int, int]) -> None:
    sent = {name.encode(): value.encode() for name, value in headers.items()}
    found = wanted_of(sent, size_bytes=100, etag=TAG)
    assert (found.status, found.start, found.end) == answer


def test_any_range_of_nothing_is_past_its_end() -> None:
    assert wanted_of({b"range": b"bytes=0-"}, size_bytes=0, etag=TAG).status == 416
    assert wanted_of({}, size_bytes=0, etag=TAG).status == 200


@pytest.mark.parametrize(
    "name", ['a"b.txt', "a\r\nset-cookie: x", "\ud800", "naïve €.pdf", "\u202ecod.exe", "..\\..\\x", "a;b,c"]
)
def test_a_name_never_leaves_its_header(name: str) -> None:
    said = disposition(name)
    assert said.isascii()
    assert said.isprintable()
    assert said.startswith('attachment; filename="')
    assert said.count('"') == 2


@pytest.mark.parametrize("value", [None, "", "-1", "1.5", "٣", "1" * 19])
def test_what_is_no_number_of_bytes_is_refused(value: str | None) -> None:
    with pytest.raises(InvalidRequest, match="Upload-Length"):
        number_of(value, "Upload-Length")


@pytest.mark.parametrize("value", ["sha1", "sha1 ?", "crc32 AAAA", "sha256  a"])
def test_what_is_no_sum_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest, match="Upload-Checksum"):
        checksum_of(value)


def test_metadata_tells_name_kind_and_how_long() -> None:
    words = {"filename": "Grüße.txt", "filetype": "text/plain", "keep_s": "60", "unknown": "x"}
    said = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in words.items())
    assert described(said) == {
        "name": "Grüße.txt", "media_type": "text/plain", "purpose": "", "keep_s": 60,
    }  # fmt: skip
    assert described("is_confidential")["name"] == "file"
    with pytest.raises(InvalidRequest, match="keep_s"):
        described("keep_s MA==")
    with pytest.raises(InvalidRequest, match="base64"):
        described("filename a")


def test_only_uploads_speak_tus() -> None:
    assert area_headers("/salon/v1/uploads/x", is_asked=True)[0] == (b"tus-resumable", b"1.0.0")
    assert area_headers("/salon/v1/uploadsx") == []
    with pytest.raises(InvalidRequest):
        check_content_type("text/plain")
    check_content_type("application/offset+octet-stream; x=1")
