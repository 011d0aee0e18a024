"""Nothing a model says can steer the terminal it is printed on."""

import pytest

from salon.foundation.kit.terminal import StreamCleaner, one_line, printable

HOSTILE = [
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b]0;title\x07text", "text"),
    ("\x1b]52;c;ZXZpbA==\x1b\\text", "text"),
    ("\x9b2Jcleared", "cleared"),
    ("\x1bPq#payload\x1b\\after", "after"),
    ("a\u202eb\u2066c\ufeff", "abc"),
    ("bell\x07 back\x08space\x7f", "bell backspace"),
    ("line\r\nnext\ttab", "line\nnext\ttab"),
    ("over\rwrite", "overwrite"),
    ("Grüße 你好 👩‍👩‍👧", "Grüße 你好 👩‍👩‍👧"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_sequences_and_controls_are_dropped(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(("text", "shown"), [case for case in HOSTILE if "\r" not in case[0]])
def test_sequence_cut_anywhere_does_not_get_through(text: str, shown: str) -> None:
    for cut in range(len(text) + 1):
        cleaner = StreamCleaner()
        assert cleaner.feed(text[:cut]) + cleaner.feed(text[cut:]) + cleaner.finish() == shown
    cleaner = StreamCleaner()
    assert "".join(cleaner.feed(one) for one in text) + cleaner.finish() == shown


def test_endless_sequence_is_not_kept_for_ever() -> None:
    cleaner = StreamCleaner()
    for _ in range(100):
        cleaner.feed("\x1b]" + "x" * 1000)
    assert len(cleaner._held) <= 4096


def test_one_line_shows_what_it_hides() -> None:
    assert one_line("a\nb\x1b[0m") == "a\\nb\\x1b[0m"
