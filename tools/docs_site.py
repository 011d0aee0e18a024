"""Render the documentation as a folder of HTML that needs no server.

::

    python tools/docs_site.py            into build/docs
    python tools/docs_site.py FOLDER     somewhere else

The Markdown stays the source. Pages keep their place in the tree (`docs/cli.md` becomes `docs/cli.html`,
each `README.md` an `index.html`), so links need only their ending changed.
"""

import html
import os
import posixpath
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from salon.foundation.kit.version import __version__

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "docs"
TEMPLATE = Path(__file__).resolve().parent / "docs_site"
STYLES = ROOT / "web" / "src" / "styles"
MODULES = ROOT / "web" / "node_modules"
FACES = {
    "Inter Variable": "inter-ui/variable-latin/InterVariable-subset.woff2",
    "JetBrains Mono Variable": (
        "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2"
    ),
}

GROUPS: Sequence[tuple[str, Sequence[str]]] = (
    (
        "Start",
        (
            "README.md",
            "docs/getting-started.md",
            "docs/clients.md",
            "docs/programs.md",
            "docs/embeddings.md",
            "docs/images-and-audio.md",
            "docs/files.md",
            "docs/providers.md",
        ),
    ),
    (
        "Converse",
        (
            "docs/conversations.md",
            "docs/answers.md",
            "docs/organising.md",
            "docs/searching.md",
            "docs/sharing.md",
            "docs/exporting.md",
            "docs/importing.md",
            "docs/runs.md",
        ),
    ),
    ("Use", ("docs/routing.md", "docs/keys-and-budgets.md", "docs/cli.md", "docs/library.md")),
    ("Run", ("docs/operations.md", "docs/troubleshooting.md", "SECURITY.md")),
    ("Test", ("docs/demo-model.md", "docs/fake-provider.md")),
    (
        "Reference",
        (
            "docs/configuration.md",
            "docs/reference/cli.md",
            "docs/reference/errors.md",
            "docs/reference/socket.md",
            "docs/reference/providers.md",
            "docs/permissions.md",
            "docs/protocols.md",
        ),
    ),
    (
        "Project",
        (
            "docs/README.md",
            "ARCHITECTURE.md",
            "docs/decisions/README.md",
            "docs/dependencies.md",
            "docs/measured/README.md",
            "docs/status.md",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
        ),
    ),
)
"""What the list of pages holds; every other page is reached from one of these."""

NAMES = {
    "README.md": "Salon",
    "docs/README.md": "Overview",
    "docs/reference/cli.md": "Commands",
    "docs/reference/socket.md": "The socket",
    "docs/protocols.md": "Dialects",
    "docs/fake-provider.md": "The fake provider",
    "docs/decisions/README.md": "Decisions",
    "docs/measured/README.md": "Measured",
    "ARCHITECTURE.md": "Architecture",
}
"""Shorter names for the list than the pages' own titles."""

FEW_COLUMNS = 2
"""A table with more of them does not fit a phone."""

COPIED = (".json", ".svg", ".txt", ".webp")


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page, read and rendered."""

    source: PurePosixPath
    title: str
    description: str
    content: str
    headings: Sequence[tuple[str, str]]
    """(anchor, text) of each second-level heading."""


def sources() -> list[PurePosixPath]:
    """Return every page, as paths from the root of the project."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changes").glob("README.md")]
    return sorted(PurePosixPath(path.relative_to(ROOT).as_posix()) for path in found)


def address(source: PurePosixPath) -> str:
    """Return where a page lies in the rendered folder."""
    return str(source.with_name("index.html") if source.name == "README.md" else source.with_suffix(".html"))


def relative(target: str, source: PurePosixPath) -> str:
    """Return the address of ``target``, as seen from the page made of ``source``."""
    return posixpath.relpath(target, str(source.parent))


def slug(text: str) -> str:
    """Return a heading's anchor, as the places that show Markdown make it."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def plain(token: Token) -> str:
    """Return the text of an inline token without its marks."""
    return "".join(one.content for one in token.children or [] if one.type in {"text", "code_inline"})


def with_anchors(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Give every heading an anchor; return those of the second level."""
    headings: list[tuple[str, str]] = []
    taken: dict[str, int] = {}
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        text = plain(inline)
        name = slug(text)
        taken[name] = taken.get(name, -1) + 1
        name = f"{name}-{taken[name]}" if taken[name] else name
        opening.attrSet("id", name)
        if opening.tag != "h1":
            mark = Token("html_inline", "", 0)
            mark.content = f'<a class="anchor" href="#{name}" aria-label="Link to this part">#</a>'
            inline.children = [*(inline.children or []), mark]
        if opening.tag == "h2":
            headings.append((name, text))
    return headings


def with_links(tokens: Sequence[Token], source: PurePosixPath) -> None:
    """Point links at rendered pages, and let pictures come when they are looked at."""
    for token in tokens:
        for child in token.children or []:
            if child.type == "image":
                child.attrSet("loading", "lazy")
            href = child.attrGet("href")
            if child.type == "link_open" and isinstance(href, str):
                child.attrSet("href", rendered_link(href, source))


def rendered_link(href: str, source: PurePosixPath) -> str:
    """Return a link's target in the rendered folder."""
    if re.match(r"[a-z]+:|#", href):
        return href
    name, mark, anchor = href.partition("#")
    target = PurePosixPath(posixpath.normpath(source.parent / name))
    if (ROOT / target).is_dir():
        target = target / "README.md"
    place = address(target) if target.suffix == ".md" else str(target)
    return relative(place, source) + mark + anchor


def with_labels(tokens: Sequence[Token]) -> None:
    """Give each cell the heading of its column: on small screens wide tables are shown a row at a time."""
    headings: list[str] = []
    column = 0
    table: Token | None = None
    for opening, inline in pairwise(tokens):
        if opening.type == "table_open":
            headings, table = [], opening
        elif opening.type == "tr_open":
            column = 0
        elif opening.type == "th_open":
            headings.append(plain(inline))
            if table is not None and len(headings) == FEW_COLUMNS + 1:
                table.attrSet("class", "wide")
        elif opening.type == "td_open":
            opening.attrSet("data-label", headings[column])
            column += 1


def code(content: str, language: str) -> str:
    """Return a block of code in colours, with a place for its button."""
    try:
        lexer = get_lexer_by_name(language or "text")
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    inner = highlight(content, lexer, HtmlFormatter(nowrap=True)).rstrip("\n")
    return f'<div class="code"><pre tabindex="0"><code>{inner}</code></pre></div>\n'


def markdown() -> MarkdownIt:
    """Return the renderer: CommonMark with tables; comments are dropped, other HTML is shown as text."""
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")

    def fence(_self: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
        return code(tokens[index].content, tokens[index].info.strip().split(" ")[0])

    def block(_self: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
        content = tokens[index].content.strip()
        return "" if content.startswith("<!--") else html.escape(content)

    def opening(_self: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
        look = tokens[index].attrGet("class") or "narrow"
        return f'<div class="table {look}" role="region" aria-label="Table" tabindex="0"><table>\n'

    def closing(*_rest: object) -> str:
        return "</table></div>\n"

    renderer.add_render_rule("fence", fence)
    renderer.add_render_rule("html_block", block)
    renderer.add_render_rule("table_open", opening)
    renderer.add_render_rule("table_close", closing)
    return renderer


def unlisted(source: PurePosixPath, text: str) -> str:
    """Return a list, in Markdown, of the pages beside a folder's first page that it does not name itself."""
    if source.name != "README.md" or len(source.parts) < 3:
        return ""
    beside = sorted(path for path in (ROOT / source.parent).glob("*.md") if path.name != "README.md")
    missing = [path for path in beside if f"]({path.name}" not in text]
    items = "".join(f"- [{path.stem}]({path.name})\n" for path in missing)
    return f"\n## Pages\n\n{items}" if items else ""


def read(source: PurePosixPath) -> Page:
    """Read and render one page."""
    renderer = markdown()
    text = (ROOT / source).read_text(encoding="utf-8")
    tokens = renderer.parse(text + unlisted(source, text))
    headings = with_anchors(tokens)
    with_labels(tokens)
    with_links(tokens, source)
    inlines = [(before.type, plain(token)) for before, token in pairwise(tokens)]
    title = next((text for kind, text in inlines if kind == "heading_open"), source.stem)
    description = next((text for kind, text in inlines if kind == "paragraph_open" and text), "")
    return Page(
        source=source,
        title=title,
        description=" ".join(description.split()),
        content=renderer.renderer.render(tokens, renderer.options, {}),
        headings=headings,
    )


def listed() -> Iterator[PurePosixPath]:
    """Yield the pages of the list, in its order."""
    for _, names in GROUPS:
        yield from map(PurePosixPath, names)


def navigation(page: Page, titles: dict[str, str]) -> str:
    """Return the list of pages, with the current one marked; a page that is not in it marks its folder's."""
    here = str(page.source)
    if here not in titles:
        here = str(page.source.with_name("README.md"))
    lines = ["<div>"]
    for group, names in GROUPS:
        lines += [f"<h2>{group}</h2>", "<ul>"]
        for name in names:
            mark = ' aria-current="page"' if name == here else ""
            place = relative(address(PurePosixPath(name)), page.source)
            lines.append(f'<li><a href="{place}"{mark}>{html.escape(titles[name])}</a></li>')
        lines.append("</ul>")
    return "\n".join([*lines, "</div>"])


def contents(page: Page) -> str:
    """Return the list of the page's parts, if it has a few."""
    if len(page.headings) < 2:
        return ""
    items = "\n".join(
        f'<li><a href="#{anchor}">{html.escape(text)}</a></li>' for anchor, text in page.headings
    )
    return f'<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>\n{items}\n</ul></nav>'


def neighbour(page: Page, step: int, titles: dict[str, str]) -> str:
    """Return the link to the page before or after in the list."""
    order = list(listed())
    at = order.index(page.source) + step if page.source in order else -1
    if not 0 <= at < len(order):
        return ""
    rel, word = ("next", "Next") if step > 0 else ("prev", "Before")
    place = relative(address(order[at]), page.source)
    return f'<a rel="{rel}" href="{place}"><span>{word}</span>{html.escape(titles[str(order[at])])}</a>'


def whole(page: Page, titles: dict[str, str]) -> str:
    """Return a page's HTML."""
    values = {
        "title": html.escape(page.title if page.title == "Salon" else f"{page.title} · Salon"),
        "description": html.escape(page.description[:200]),
        "root": "../" * (len(page.source.parts) - 1),
        "version": __version__,
        "navigation": navigation(page, titles),
        "content": page.content,
        "contents": contents(page),
        "previous": neighbour(page, -1, titles),
        "next": neighbour(page, +1, titles),
    }
    template = (TEMPLATE / "page.html").read_text(encoding="utf-8")
    return re.sub(r"\{(\w+)\}", lambda found: values[found.group(1)], template)


def write_look(target: Path) -> None:
    """Write the styles, scripts and, where the web app's packages are installed, the faces."""
    folder = target / "site"
    folder.mkdir(parents=True)
    faces: list[str] = []
    for family, name in FACES.items():
        if (MODULES / name).is_file():
            shutil.copyfile(MODULES / name, folder / Path(name).name)
            faces.append(
                f'@font-face {{ font-family: "{family}"; font-display: swap; font-weight: 100 900; '
                f'src: url("{Path(name).name}") format("woff2"); }}\n'
            )
    parts = ["".join(faces), (STYLES / "tokens.css").read_text(), (TEMPLATE / "site.css").read_text()]
    (folder / "site.css").write_text("\n".join(parts), encoding="utf-8")
    shutil.copyfile(STYLES / "icon.svg", folder / "icon.svg")
    for name in ("theme.js", "site.js"):
        shutil.copyfile(TEMPLATE / name, folder / name)


def render(target: Path = TARGET) -> int:
    """Write the whole documentation into ``target``, in place of what was there; return how many pages."""
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    write_look(fresh)
    pages = [read(source) for source in sources()]
    own = {str(page.source): page.title for page in pages}
    titles = {str(source): NAMES.get(str(source), own[str(source)]) for source in listed()}
    for page in pages:
        place = fresh / address(page.source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(whole(page, titles), encoding="utf-8")
    for path in [*(ROOT / "docs").rglob("*"), ROOT / "LICENSE", ROOT / "llms.txt"]:
        if path.name == "LICENSE" or (path.is_file() and path.suffix in COPIED):
            place = fresh / path.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
    shutil.rmtree(target, ignore_errors=True)
    fresh.replace(target)
    return len(pages)


def main() -> int:
    """Render; return an exit status."""
    target = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else TARGET
    count = render(target)
    print(f"docs: {count} pages in {os.path.relpath(target)}{os.sep}index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
