"""What PostgreSQL is given of a message, and asked for a phrase: neighbours have a mark of their own."""

import re

from salon.features.conversations.search.models import Term
from salon.features.conversations.search.text_index import expression, vector


def marks_of(text: str) -> set[str]:
    return set(re.findall(r"'(_[0-9a-f]{1,3})'", text))


def test_a_phrase_asks_for_marks_that_what_says_it_has() -> None:
    said = vector(["s_spc"], ["to", "be", "or", "not", "to", "be"])
    asked = expression("postgresql", terms=[Term(("not", "to", "be"))])
    assert asked.startswith("('not' <-> 'to' <-> 'be' & ")
    assert len(marks_of(asked)) == 2
    assert marks_of(asked) <= marks_of(said)
    assert len(marks_of(said)) == 4, "of each pair one, however often it is said"


def test_the_open_end_of_a_phrase_asks_for_no_mark() -> None:
    whole, begun = Term(("not", "to", "be")), Term(("not", "to", "b"), True)
    asked = marks_of(expression("postgresql", terms=[begun]))
    assert len(asked) == 1
    assert asked < marks_of(expression("postgresql", terms=[whole]))


def test_words_and_what_is_left_out_ask_for_none() -> None:
    asked = expression("postgresql", marks=[["s_spc"]], terms=[Term(("to",))], without=[Term(("be",))])
    assert asked == "('s_spc') & ('to') & !('be')"
