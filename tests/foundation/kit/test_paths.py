# ruff: noqa: RUF001 - names that look like separators are the point
"""The one path function against 200 names."""

from pathlib import Path

import pytest

from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.paths import safe_join

_STEPS = [
    "..",
    ".",
    "...",
    "....",
    "",
    " ",
    "\t",
    "\n",
    ".. ",
    " ..",
    "..\x00",
    "\x00",
    ". ",
    "\u2025",
    "．．",
]
_TARGETS = ["etc/passwd", "a", "windows/system32", "x.db"]
_PREFIXES = [
    "../",
    "..\\",
    "/",
    "\\",
    "//",
    "\\\\",
    "./",
    ".\\",
    "a/",
    "a\\",
    "a/../",
    "C:",
    "C:\\",
    "c:/",
    "file:///",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%2f",
    "..%5c",
    "%2F",
    "%5C",
    "\\\\?\\",
    "\\\\.\\",
    "~/",
    "∕../",
    "／",
    "..／",
    "＼",
]
_DEVICES = [
    "CON",
    "con",
    "PRN",
    "AUX",
    "NUL",
    "nul",
    "COM1",
    "com9",
    "LPT1",
    "lpt9",
    "COM0",
    "COM¹",
    "CLOCK$",
    "CONIN$",
]
_DEVICE_FORMS = ["{}", "{}.txt", "{}.tar.gz", "{} .txt"]
_OTHERS = [
    "a:b",
    "a:$DATA",
    "name.",
    "name ",
    " name",
    "name..",
    "a\x01b",
    "a\x7fb",
    "a\x85b",
    "a\nb",
    "a\rb",
    "a*b",
    "a?b",
    'a"b',
    "a<b",
    "a>b",
    "a|b",
    "x" * 256,
    "é" * 128,
    "a\u202eb",
    "a\u200bb",
    "a\ufeffb",
    "a\u2028b",
    "a%00b",
    "%00",
    "name\x00.txt",
]
BAD = [
    *_STEPS,
    *(prefix + target for prefix in _PREFIXES for target in _TARGETS),
    *(form.format(device) for device in _DEVICES for form in _DEVICE_FORMS),
    *_OTHERS,
]
GOOD = [
    "a",
    "a.txt",
    ".hidden",
    "..a",
    "a..b",
    "Ünïcode",
    "日本語.pdf",
    "with space.txt",
    "x" * 255,
    "console",
    "com10",
    "nullable",
    "a-b_c(1).tar.gz",
    "100%",
    "#1",
    "@me",
    "emoji 🙂.png",
]


def test_the_table_is_long_enough() -> None:
    assert len(set(BAD)) >= 200


@pytest.mark.parametrize("name", sorted(set(BAD)))
def test_a_bad_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidRequest):
        safe_join(tmp_path, name)
    with pytest.raises(InvalidRequest):
        safe_join(tmp_path, "folder", name)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_name_stays_inside(tmp_path: Path, name: str) -> None:
    assert safe_join(tmp_path, "folder", name) == tmp_path / "folder" / name


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(outside)
    (root / "file").symlink_to("/etc/passwd")
    for names in (("link",), ("link", "a"), ("file",)):
        with pytest.raises(InvalidRequest):
            safe_join(root, *names)


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to(tmp_path / "real")
    assert safe_join(tmp_path / "root", "a") == tmp_path / "root" / "a"


def test_no_name_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        safe_join(tmp_path)
