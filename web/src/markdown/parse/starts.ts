import { HTML_OPENERS } from "./html-blocks.ts"
import { unescapeText } from "./entities.ts"
import type { Cursor } from "./cursor.ts"
import { DEEPEST, type Kind, type Marker, type Node } from "./node.ts"
import { readRuler } from "./rows.ts"

/** What a start needs of the reader of blocks. */
export interface Site {
  /** The deepest open block. */
  readonly tip: Node
  /** Whether every open block went on with this line. */
  readonly isAllMatched: boolean
  closeUnmatched(): void
  add(kind: Kind, info?: string): Node
  /** Drop the open paragraph for what it turns out to be. */
  replaceTip(kind: Kind): Node
  close(node: Node): void
  /** Take the definitions from the start of a paragraph; returns whether text is left. */
  takeDefinitions(paragraph: Node): boolean
}

/** What a line starts: nothing, a block that holds others, or one that holds lines. */
export type Started = "none" | "container" | "leaf"
type Start = (site: Site, container: Node, cursor: Cursor) => Started

/** Whether a line may start anything but a paragraph. */
const MAY_START = /^[#`~*+_=<>0-9\-$\\|:[]/

export function startBlock(site: Site, container: Node, cursor: Cursor): Started {
  if (!cursor.isIndented && !MAY_START.test(cursor.rest)) return "none"
  for (const start of STARTS) {
    const started = start(site, container, cursor)
    if (started !== "none") return started
  }
  return "none"
}

function quote(site: Site, container: Node, cursor: Cursor): Started {
  if (cursor.isIndented || container.depth > DEEPEST || cursor.line[cursor.next] !== ">") return "none"
  cursor.skipSpaces()
  cursor.advance(1)
  if (cursor.isSpace()) cursor.advance(1, true)
  site.closeUnmatched()
  site.add("quote")
  return "container"
}

function heading(site: Site, _: Node, cursor: Cursor): Started {
  const found = cursor.isIndented ? null : /^(#{1,6})(?:[ \t]+|$)/.exec(cursor.rest)
  if (found === null) return "none"
  const text = cursor.rest.slice(found[0].length)
  site.closeUnmatched()
  const node = site.add("heading")
  node.level = found[1]?.length ?? 1
  node.text = text.replace(/^#+[ \t]*$/, "").replace(/[ \t]+#+[ \t]*$/, "").trim()
  return finishLine(cursor)
}

function fence(site: Site, _: Node, cursor: Cursor): Started {
  const found = cursor.isIndented ? null : /^(?:(`{3,})([^`]*)|(~{3,})(.*))$/.exec(cursor.rest)
  if (found === null) return "none"
  const signs = found[1] ?? found[3] ?? ""
  const offset = cursor.indent
  site.closeUnmatched()
  const node = site.add("code")
  node.fence = { sign: signs[0] ?? "", length: signs.length, offset }
  node.info = unescapeText((found[2] ?? found[4] ?? "").trim())
  return finishLine(cursor)
}

function html(site: Site, container: Node, cursor: Cursor): Started {
  if (cursor.isIndented || cursor.line[cursor.next] !== "<") return "none"
  const kind = HTML_OPENERS.findIndex((opener) => opener.test(cursor.rest)) + 1
  if (kind === 0) return "none"
  const wouldInterrupt = container.kind === "paragraph" || (!site.isAllMatched && !cursor.isBlank && site.tip.kind === "paragraph")
  if (kind === HTML_OPENERS.length && wouldInterrupt) return "none"
  site.closeUnmatched()
  site.add("html").htmlKind = kind
  return "leaf"
}

function underlined(site: Site, container: Node, cursor: Cursor): Started {
  if (cursor.isIndented || container.kind !== "paragraph") return "none"
  const found = /^(?:=+|-+)[ \t]*$/.exec(cursor.rest)
  if (found === null || !site.takeDefinitions(container)) return "none"
  const { text } = container
  site.closeUnmatched()
  const node = site.replaceTip("heading")
  node.level = found[0].startsWith("=") ? 1 : 2
  node.text = text.trim()
  return finishLine(cursor)
}

function rule(site: Site, _: Node, cursor: Cursor): Started {
  if (cursor.isIndented || !/^(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$/.test(cursor.rest)) return "none"
  site.closeUnmatched()
  site.add("rule")
  return finishLine(cursor)
}

function item(site: Site, container: Node, cursor: Cursor): Started {
  if ((cursor.isIndented && container.kind !== "list") || container.depth > DEEPEST) return "none"
  const marker = readMarker(container, cursor)
  if (marker === null) return "none"
  site.closeUnmatched()
  const current = site.tip.kind === "list" ? site.tip.marker : null
  if (current === null || current.isOrdered !== marker.isOrdered || current.sign !== marker.sign) {
    site.add("list").marker = marker
  }
  site.add("item").marker = marker
  return "container"
}

function readMarker(container: Node, cursor: Cursor): Marker | null {
  const found = cursor.indent >= 4 ? null : /^(?:([*+-])|(\d{1,9})([.)]))(?=[ \t]|$)/.exec(cursor.rest)
  if (found === null) return null
  const start = found[2] === undefined ? 0 : Number(found[2])
  const behind = cursor.rest.slice(found[0].length)
  if (container.kind === "paragraph" && (behind.trim() === "" || (found[2] !== undefined && start !== 1))) return null
  const offset = cursor.indent
  cursor.skipSpaces()
  cursor.advance(found[0].length, true)
  const marker = { isOrdered: found[2] !== undefined, sign: found[1] ?? found[3] ?? "", start, offset }
  const { offset: at, column, isTabOpen } = cursor
  do cursor.advance(1, true)
  while (cursor.column - column < 5 && cursor.isSpace())
  const spaces = cursor.column - column
  if (behind.trim() !== "" && spaces >= 1 && spaces < 5) return { ...marker, padding: found[0].length + spaces }
  cursor.offset = at
  cursor.column = column
  cursor.isTabOpen = isTabOpen
  cursor.look()
  if (cursor.isSpace()) cursor.advance(1, true)
  return { ...marker, padding: found[0].length + 1 }
}

function indentedCode(site: Site, _: Node, cursor: Cursor): Started {
  if (!cursor.isIndented || cursor.isBlank || site.tip.kind === "paragraph") return "none"
  cursor.advance(4, true)
  site.closeUnmatched()
  site.add("code")
  return "leaf"
}

/** A ruler under the last line of a paragraph makes that line the head of a table. */
function table(site: Site, container: Node, cursor: Cursor): Started {
  if (cursor.isIndented || container.kind !== "paragraph") return "none"
  const lines = container.text.trimEnd().split("\n")
  const head = lines.pop() ?? ""
  const align = readRuler(cursor.rest, head)
  if (align === null) return "none"
  site.closeUnmatched()
  let node: Node
  if (lines.length === 0) {
    node = site.replaceTip("table")
  } else {
    container.text = `${lines.join("\n")}\n`
    site.close(container)
    node = site.add("table")
  }
  node.align = align
  node.text = head
  return finishLine(cursor)
}

function note(site: Site, container: Node, cursor: Cursor): Started {
  const isPlace = container.kind === "document" || (container.kind === "paragraph" && container.parent?.kind === "document")
  const found = isPlace && !cursor.isIndented ? /^\[\^([^\]\s[]{1,99})\]:[ \t]*/.exec(cursor.rest) : null
  if (found === null) return "none"
  cursor.skipSpaces()
  cursor.advance(found[0].length)
  site.closeUnmatched()
  site.add("note", found[1] ?? "")
  return "container"
}

/** A formula over several lines; one that ends on its first line is found among the words. */
function math(site: Site, _: Node, cursor: Cursor): Started {
  if (cursor.isIndented) return "none"
  const found = /^(?:\$\$(?!.*\$\$)|\\\[(?!.*\]))(.*)$/.exec(cursor.rest)
  if (found === null) return "none"
  const closer = cursor.rest.startsWith("$$") ? "$$" : "\\]"
  site.closeUnmatched()
  const node = site.add("math")
  node.closer = closer
  node.text = found[1]?.trim() ? `${found[1]}\n` : ""
  return finishLine(cursor)
}

function finishLine(cursor: Cursor): Started {
  // Without looking on: a line that is used up is not a blank one.
  cursor.offset = cursor.line.length
  return "leaf"
}

const STARTS: readonly Start[] = [quote, heading, fence, html, underlined, table, rule, note, math, item, indentedCode]
