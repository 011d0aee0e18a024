"""Markdown to read: front matter, figures, every branch; and nothing in it does more than read."""

import json
import re

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.features.conversations.exchange.writers.conftest import ADA, message, written

from salon.features.conversations.exchange.archive import (
    ArchivedAnswer,
    ArchivedBranch,
    ArchivedConversation,
    ArchivedFile,
)
from salon.features.conversations.exchange.writers import Attachments
from salon.features.conversations.exchange.writers.base import ModelUse, Outline
from salon.features.conversations.exchange.writers.markdown import MarkdownWriter, front_matter
from salon.features.conversations.exchange.writers.tame import escaped, fenced, tame
from salon.features.conversations.rendering.markdown import MOST_LETTERS, is_harmless
from salon.foundation.messages import (
    CitationPart,
    FilePart,
    ImagePart,
    OpaquePart,
    ReasoningPart,
    ToolCallPart,
    ToolResultPart,
)

TRUSTING = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
TRUSTING.validateLink = lambda url: True  # type: ignore[method-assign, assignment]


def acts(text: str) -> list[str]:
    """What a reader that trusts everything would do with a text besides showing words."""
    found: list[str] = []
    queue = list(TRUSTING.parse(text))
    while queue:
        token = queue.pop()
        queue += token.children or []
        if token.type in {"html_block", "html_inline", "image"}:
            found.append(token.content or token.type)
        if token.type == "link_open" and not is_harmless(str(token.attrs.get("href", ""))):
            found.append(str(token.attrs))
        if token.type == "heading_open" and token.tag in {"h1", "h2"}:
            found.append(token.tag)
    return found


@given(st.text(alphabet=st.sampled_from("<>!/[]()`#=-\\\n ab:j&;\"'*_~|"), max_size=60))
@example("\\`<script>alert(1)</script>\\`")
@example("`a\n\n<script>` b")
@example("# Mira\n\nMira\n====\nAda\n---")
@example("[a](javascript:b)")
@example("<javascript:alert(1)>")
@example("![a][b]\n\n[b]: https://evil.example/c.png")
def test_nothing_that_is_said_does_more_than_read(text: str) -> None:
    assert acts(tame(text)) == []
    assert acts(f"> {tame(text)}".replace("\n", "\n> ")) == []


def test_harmless_markdown_stays_as_it_was() -> None:
    said = "Use `Vec<T>` and **this**:\n\n```html\n<b>x</b>\n# no heading\n```\n\n[a](https://a.example) <https://b.example>"
    assert tame(said) == said
    assert tame("# One\n### Three") == "### One\n##### Three"
    assert tame("a <b>c</b> ![d](https://e.example/f.png)") == "a \\<b>c\\</b> [d](https://e.example/f.png)"
    assert tame("x" * MOST_LETTERS + "<script>").startswith("```\nx")
    assert fenced("a ```` b", "json") == "`````json\na ```` b\n`````"


@given(st.text(max_size=50))
def test_a_name_is_one_line_of_words(name: str) -> None:
    assert "\n" not in escaped(name)
    assert acts(f"## {escaped(name)}") == ["h2"]


@given(st.text(max_size=50), st.text(max_size=20))
def test_front_matter_is_not_left_by_any_title(title: str, tag: str) -> None:
    one = ArchivedConversation(id="cnv_1", title=title, tags=(tag,), created_at_ms=0)
    lines = front_matter(one, Outline(nodes=())).split("\n")
    assert [number for number, line in enumerate(lines) if line == "---"] == [0, len(lines) - 2]
    assert json.loads(lines[1].removeprefix("title: ")) == title


def conversation() -> ArchivedConversation:
    answer = ArchivedAnswer(
        model="gpt-5", route="openai/gpt-5", input_tokens=10, output_tokens=5, cost_e10=40_000_000, currency="USD",
        started_at_ms=1000, ended_at_ms=4100,
    )  # fmt: skip
    return ArchivedConversation(
        id="cnv_1", title="Costs & *more*", branches=(ArchivedBranch(id="b", name="main", head_id="m2"),),
        messages=(
            message("m1", "Where does it go?"),
            message("m2", ReasoningPart(text="Hm."), ToolCallPart(id="1", name="look", arguments="{}"),
                    ToolResultPart(tool_call_id="1", name="look", parts=(FilePart(file_id="fil_1"),)),
                    "There.", CitationPart(url="https://a.example/b c", title="A"), CitationPart(title="B"),
                    ImagePart(url="https://a.example/p.png"), OpaquePart(dialect="a", type="b"),
                    parent="m1", author=ADA, role="assistant", answer=answer, status="interrupted"),
            message("m3", parent="m1", content=None),
        ),
    )  # fmt: skip


def test_a_conversation_is_told_with_its_figures_and_all_its_branches() -> None:
    attachments = Attachments()
    attachments.files = {
        "fil_1": ArchivedFile(id="fil_1", name="a b.pdf", size_bytes=3, member="files/a b.pdf")
    }
    text = written(MarkdownWriter(attachments), conversation()).decode()
    for expected in ("\n# Costs \\& \\*more\\*\n", "## Ada (openai/gpt\\-5)", "10 tokens in, 5 out", r"\$0\.004",
                     "3\\.1 s", "> **Reasoning**", "**Asked the tool look**", "[a b\\.pdf](<files/a%20b.pdf>)",
                     "Source: [A](<https://a.example/b%20c>)", "Source: B", "*Interrupted here.*",
                     "Picture: [Picture](<https://a.example/p.png>)", "# Another branch, after the message `m1`",
                     "*This message was taken out.*"):  # fmt: skip
        assert expected in text, expected
    assert text.count("Where does it go?") == 1
    assert re.match(r"---\ntitle: ", text)


def test_front_matter_says_what_each_model_took() -> None:
    use = ModelUse(
        model='a"b', answers=2, input_tokens=3, output_tokens=4, cost_e10=25_000_000_000, currency="EUR"
    )
    free = ModelUse(model="c", answers=1, input_tokens=1, output_tokens=1, cost_e10=None, currency=None)
    one = ArchivedConversation(id="cnv_1", folder=("A", "B"), origin="chatgpt:1", changed_at_ms=0)
    text = front_matter(one, Outline(nodes=(), uses=(use, free)))
    assert (
        '  - {model: "a\\"b", answers: 2, input_tokens: 3, output_tokens: 4, cost: "2.5", currency: "EUR"}'
        in text
    )
    assert '  - {model: "c", answers: 1, input_tokens: 1, output_tokens: 1}' in text
    assert 'folder: ["A", "B"]\norigin: "chatgpt:1"\n' in text
    assert "changed: 1970-01-01T00:00:00.000Z" in text
