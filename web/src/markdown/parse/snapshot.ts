import { GROUP, type Node } from "./node.ts"
import { splitRow } from "./rows.ts"
import type { Block, CodeBlock, Groups, Inline, ItemBlock, NoteBlock, RowBlock, TableBlock } from "./tree.ts"

/** What making plain values of nodes needs to know. */
export interface Scribe {
  inlines(node: Node, text: string): readonly Inline[]
  /** Whether a block is at the open end of a text that still grows. */
  isOpenEnd(node: Node): boolean
  /** Whether a block is to be seen yet. */
  isShown(node: Node): boolean
}

const TASK = /^\[([ xX])\][ \t]+(?=\S)/

/** The children of a node; groups behind which more has come are taken as they were made. */
export function groupsOf(node: Node, scribe: Scribe): Groups {
  const total = Math.ceil(node.children.length / GROUP)
  // A line on trial adds one child at most, and may take back the one before it.
  const settled = Math.max(0, Math.floor((node.children.length - 3) / GROUP))
  const groups: Groups[number][] = []
  for (let index = 0; index < total; index += 1) {
    const known = index < settled ? node.groups[index] : null
    groups.push(known ?? groupAt(node, index, scribe))
  }
  node.groups = groups
  return groups
}

function groupAt(node: Node, index: number, scribe: Scribe): Groups[number] {
  return node.children.slice(index * GROUP, (index + 1) * GROUP).flatMap((child) => {
    if (!scribe.isShown(child) || (child.kind === "note" && node.kind === "document")) return []
    return [blockOf(child, scribe)]
  })
}

export function blockOf(node: Node, scribe: Scribe): Block {
  node.finished ??= makeBlock(node, scribe)
  return node.finished
}

function makeBlock(node: Node, scribe: Scribe): Block {
  switch (node.kind) {
    case "heading":
      return { kind: "heading", level: node.level, inlines: scribe.inlines(node, node.text) }
    case "quote":
    case "document":
      return { kind: "quote", groups: groupsOf(node, scribe) }
    case "list":
      return {
        kind: "list",
        isOrdered: node.marker?.isOrdered ?? false,
        start: node.marker?.start ?? 1,
        isLoose: node.isLoose,
        groups: groupsOf(node, scribe),
      }
    case "item":
      return item(node, scribe)
    case "note":
      return noteOf(node, scribe)
    case "code":
      return code(node, scribe)
    case "html":
      return { kind: "html", text: node.text.replace(/\n+$/, "") }
    case "rule":
      return { kind: "rule" }
    case "math":
      return math(node, scribe)
    case "table":
      return table(node, scribe)
    case "row":
      return row(node, node.cells, scribe)
    default:
      return { kind: "paragraph", inlines: scribe.inlines(node, taskText(node).replace(/[ \t\n]+$/, "")) }
  }
}

/** A note, made once like any other block. */
export function noteOf(node: Node, scribe: Scribe): NoteBlock {
  if (node.finished?.kind === "note") return node.finished
  const made: NoteBlock = { kind: "note", number: node.number, groups: groupsOf(node, scribe) }
  node.finished = made
  return made
}

function item(node: Node, scribe: Scribe): ItemBlock {
  const first = node.children[0]
  const task = first?.kind === "paragraph" ? TASK.exec(first.text)?.[1] : undefined
  return { kind: "item", isDone: task === undefined ? null : task !== " ", groups: groupsOf(node, scribe) }
}

/** The text of a paragraph; the box of a task belongs to the item. */
function taskText(node: Node): string {
  const isFirst = node.index === 0 && node.parent?.kind === "item"
  return isFirst ? node.text.replace(TASK, "") : node.text
}

function code(node: Node, scribe: Scribe): CodeBlock {
  const isFenced = node.fence !== null
  return {
    kind: "code",
    info: node.info,
    isFenced,
    isComplete: node.isComplete || !scribe.isOpenEnd(node),
    chunks: node.chunks,
    tail: isFenced ? node.text : node.text.replace(/(?:\n[ \t]*)+$/, "\n"),
  }
}

function math(node: Node, scribe: Scribe): Block {
  const opener = node.closer === "$$" ? "$$" : "\\["
  const isComplete = node.isComplete
  const source = `${opener}\n${node.text}${isComplete || !scribe.isOpenEnd(node) ? node.closer : ""}`
  return { kind: "math", tex: node.text.trim(), isComplete, source }
}

function table(node: Node, scribe: Scribe): TableBlock {
  return { kind: "table", align: node.align, head: row(node, splitRow(node.text), scribe), groups: groupsOf(node, scribe) }
}

/** A row has as many cells as its table has columns, whatever was written. */
function row(node: Node, cells: readonly string[], scribe: Scribe): RowBlock {
  const { align } = node.kind === "table" ? node : (node.parent ?? node)
  const sources = align.map((_, index) => cells[index] ?? "")
  return { kind: "row", cells: sources.map((source) => scribe.inlines(node, source)), sources }
}
