import { textOf } from "../parse/inline-nodes.ts"
import type { Block, Groups, Tree } from "../parse/tree.ts"
import { tableToCsv } from "./table.ts"

/** A text without marks, to paste where Markdown means nothing. */
export function toPlain(tree: Tree): string {
  const notes = tree.notes.map((note) => `[${note.number}] ${blocks(note.groups)}`)
  return `${[blocks(tree.groups), ...notes].join("\n\n").trim()}\n`
}

function blocks(groups: Groups, between = "\n\n"): string {
  return groups.flat().map(block).join(between)
}

function block(one: Block): string {
  switch (one.kind) {
    case "paragraph":
    case "heading":
      return textOf(one.inlines)
    case "quote":
    case "note":
      return blocks(one.groups)
    case "html":
      return one.text
    case "rule":
      return "⁂"
    case "code":
      return (one.chunks.join("") + one.tail).replace(/\n$/, "")
    case "math":
      return one.tex
    case "list":
      return list(one.groups, one.isOrdered, one.start, one.isLoose)
    case "table":
      return tableToCsv(one).replaceAll("\r\n", "\n").trimEnd()
    case "item":
      return blocks(one.groups, "\n")
    case "row":
      return one.cells.map(textOf).join(", ")
  }
}

function list(groups: Groups, isOrdered: boolean, start: number, isLoose: boolean): string {
  const items = groups.flat().map((item, index) => {
    const box = item.kind === "item" && item.isDone !== null ? (item.isDone ? "☑ " : "☐ ") : ""
    const mark = isOrdered ? `${start + index}. ` : "• "
    const text = item.kind === "item" ? blocks(item.groups, isLoose ? "\n\n" : "\n") : block(item)
    return mark + box + text.replaceAll("\n", `\n${" ".repeat(mark.length)}`)
  })
  return items.join(isLoose ? "\n\n" : "\n")
}
