"""Names inside an export, whatever a title says."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon.features.conversations.exchange.writers import Names
from salon.foundation.kit.paths import check_name

HOSTILE = [
    "../../etc/passwd", "..\\..\\windows", "/etc/passwd", "C:\\x", "CON", "nul.txt", "com1", "a\x00b", "a\nb", "...",
    " ", "", ".", "..", "%2e%2e%2f", "a/b", "name.", "name ", "\u202egpj.exe", "x" * 500, "日本語" * 100, "a:b|c?d*e<f>g",
    "\u2028", "😀", "LPT¹", "aux.tar.gz", "-rf", "~", "conin$", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_becomes_a_name_that_every_system_takes(title: str) -> None:
    for extension in ("", "md"):
        check_name(Names().give(title, extension=extension, fallback="cnv_1"))


@given(st.lists(st.text(max_size=40), max_size=12))
def test_names_are_safe_and_each_is_there_once(titles: list[str]) -> None:
    names = Names()
    given_names = [names.give(title, extension="md", fallback="cnv_1") for title in titles]
    folded = {unicodedata.normalize("NFKC", name).casefold() for name in given_names}
    assert len(folded) == len(titles)
    for name in given_names:
        check_name(name)


def test_a_good_title_stays_readable() -> None:
    names = Names()
    made = [
        names.give(title, extension="md", fallback="x") for title in ("Costs: a/b?", "costs a b", "Ärger")
    ]
    assert made == ["Costs a b.md", "costs a b (2).md", "Ärger.md"]
    assert names.give("", extension="md", fallback="cnv_1") == "cnv_1.md"
    assert names.give("", fallback="") == "file"
