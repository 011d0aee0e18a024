import { expect, test } from "vitest"
import { toHtml } from "../copy/html.ts"
import { Document, readMarkdown } from "./document.ts"
import type { Block } from "./tree.ts"

const html = (text: string): string => toHtml(readMarkdown(text))

function grown(pieces: readonly string[]): Block[][] {
  const document = new Document()
  return pieces.map((piece) => document.append(piece).groups.flat())
}

const found = (text: string): unknown[] =>
  readMarkdown(text).groups.flat().flatMap((block) => {
    if (block.kind === "math") return [block.tex]
    return block.kind === "paragraph" ? block.inlines.flatMap((one) => (one.kind === "math" ? [one.tex] : [])) : []
  })

const isComplete = (pieces: readonly string[]): unknown => grown(pieces).map(([block]) => block?.kind === "code" && block.isComplete)

test("a finished block stays the same value while text comes behind it", () => {
  const document = new Document()
  const first = document.append("# One\n\n- a\n- b\n\nText\n\n").groups.flat()
  document.append("and *more*")
  const last = document.append(" of it\n\n```py\nx = 1\n").groups.flat()
  expect(last.slice(0, 3).map((block, index) => block === first[index])).toEqual([true, true, true])
})

test("items of an open list stay the same value", () => {
  const lists = grown(["- one\n- two\n- three", "\n- four", "\n  - five\n"]).map((blocks) => blocks[0])
  const items = lists.map((list) => (list?.kind === "list" ? list.groups.flat() : []))
  expect([items[1]?.[0] === items[2]?.[0], items[1]?.[1] === items[2]?.[1], items[2]?.length]).toEqual([true, true, 4])
})

test("a definition that comes late makes anew only what asked for it", () => {
  const document = new Document()
  const before = document.append("See [this].\n\nNothing here.\n\n").groups.flat()
  const after = document.append("[this]: https://example.com\n\n").groups.flat()
  expect(after[0]).toMatchObject({ inlines: [{}, { kind: "link", href: "https://example.com" }, {}] })
  expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true])
})

test("a late definition reaches into lists and quotes that are long closed", () => {
  const items = Array.from({ length: 100 }, (_, index) => `- item ${index} ${index === 3 ? "> [x]" : ""}`).join("\n")
  const document = new Document()
  document.append(`${items}\n\n> quoted [x]\n\nend\n\n`)
  document.append("[x]: /there\n")
  expect(toHtml(document.finish()).match(/href="\/there"/g)).toHaveLength(2)
})

test("while it grows, a definition is not drawn and does not lead to half an address", () => {
  const [first, second] = grown(["[x]\n\n[x]: https://exam", "ple.com\n"])
  expect(first).toMatchObject([{ inlines: [{ text: "[x]" }] }])
  expect(second).toHaveLength(1)
})

test("notes are numbered by their definitions and found from before and behind", () => {
  const tree = readMarkdown("One[^b] two[^a].\n\n[^a]: First *note*\n    goes on\n\n    and on\n[^b]: Second\n\nBehind[^a] and [^none].")
  expect(tree.notes.map((note) => note.number)).toEqual([1, 2])
  expect(toHtml(tree)).toContain("One<sup>2</sup> two<sup>1</sup>.")
  expect(toHtml(tree)).toContain("<p>Behind<sup>1</sup> and [^none].</p>")
  expect(toHtml(tree)).toContain("<p>First <em>note</em>\ngoes on</p>\n<p>and on</p>")
})

test("tables, tasks, deletions and bare addresses are those of GitHub", () => {
  expect(html("a\n| x | y |\n|:-:|--:|\n| 1 \\| 2 |\n> q")).toBe(
    "<p>a</p>\n<table>\n<thead>\n<tr>\n<th align=\"center\">x</th>\n<th align=\"right\">y</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n" +
      "<td align=\"center\">1 | 2</td>\n<td align=\"right\"></td>\n</tr>\n</tbody>\n</table>\n<blockquote>\n<p>q</p>\n</blockquote>\n",
  )
  expect(html("- [ ] a\n- [x] b")).toBe("<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n</ul>\n")
  expect(html("~~a~~ ~b~ ~~~c~~~ a~b")).toBe("<p><del>a</del> <del>b</del> ~~~c~~~ a~b</p>\n")
  expect(html("(see www.example.com/a_b_(c)), https://x.y/z?q=1&amp; or me@x.org.")).toContain(
    '(see <a href="http://www.example.com/a_b_(c)">www.example.com/a_b_(c)</a>), <a href="https://x.y/z?q=1">https://x.y/z?q=1</a>&amp; or ' +
      '<a href="mailto:me@x.org">me@x.org</a>.',
  )
})

test("formulas are found in all their forms, and money is none", () => {
  expect(found("$a+b$, $$c$$, \\(d\\), \\[e\\]\n\n$$\nf\n\ng\n$$\n\n\\[\nh\n\\] and $i$")).toEqual(["a+b", "c", "d", "e", "f\n\ng", "h", "i"])
  for (const text of ["from $5 to $10", "$5-$10", "costs $5 (US$) or", "US$3 and US$4", "a $ b $ c", "\\$x\\$", "`$x$`"]) {
    expect(found(text)).toEqual([])
  }
})

test("the unfinished last line is held back while it could become anything", () => {
  const kinds = (text: string): string[] => grown([text])[0]?.map((block) => block.kind) ?? []
  for (const text of ["Text\n-", "Text\n--", "Text\n#", "Text\n1.", "Text\n```py", "Text\n| a", "Text\n*"]) expect(kinds(text)).toEqual(["paragraph"])
  expect(kinds("| a | b |\n|--")).toEqual([])
  expect(kinds("| a | b |\n|---|---|\n")).toEqual(["table"])
  expect(kinds("```py\nx\n``")).toEqual(["code"])
  expect(grown(["Text\n-", " a"]).map((blocks) => blocks.map((block) => block.kind))).toEqual([["paragraph"], ["paragraph", "list"]])
})

test("code tells whether its fence has closed", () => {
  expect(isComplete(["```js\n1\n", "2\n``", "`\n"])).toEqual([false, false, true])
  expect(readMarkdown("```js\n1").groups.flat()).toMatchObject([{ kind: "code", isComplete: true, tail: "1\n" }])
})

test("pieces of long code never change once they are there", () => {
  const code = `\`\`\`\n${Array.from({ length: 100 }, (_, line) => `line ${line}\n`).join("")}`
  const document = new Document()
  let before: readonly string[] = []
  for (const letter of code) {
    const [block] = document.append(letter).groups.flat()
    const chunks = block?.kind === "code" ? block.chunks : []
    expect(chunks.slice(0, before.length)).toEqual(before)
    before = chunks
  }
  expect(before.map((chunk) => chunk.split("\n").length - 1)).toEqual([32, 32, 32])
})

test("line breaks of every system are line breaks, wherever they are cut", () => {
  const document = new Document()
  for (const piece of ["a\r", "\n\r", "\nb\rc"]) document.append(piece)
  expect(toHtml(document.finish())).toBe("<p>a</p>\n<p>b\nc</p>\n")
})

test("what nests without end takes no time", () => {
  const started = performance.now()
  for (const text of ["*a ".repeat(5000), "[".repeat(20_000), "[a](".repeat(5000), "![".repeat(5000), "<!--".repeat(5000)]) html(text)
  for (const text of ["*a _b ".repeat(5000) + "c_ d* ".repeat(5000), "- ".repeat(2000), "`a``b".repeat(3000), "$a".repeat(5000), "\\(".repeat(5000), "> ".repeat(2000), "a**b_".repeat(3000)]) html(text)
  expect(performance.now() - started).toBeLessThan(20_000)
})
