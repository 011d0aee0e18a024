import type { Node } from "./node.ts"

const QUOTES = "[\\s>]*"
const MARKS = new RegExp(`^${QUOTES}(?:[-+*=_#>~\`|:$\\\\[\\s]*|\\d{1,9}[.)]?)\\s*$`)
const LABEL = new RegExp(`^${QUOTES}\\[[^\\]]*(?:\\]:?[ \\t]*)?$`)
const FENCE_OPENING = /^[\s>*+\-\d.)]*(?:`{3}[^`]*|~{3}.*)$/
const FENCE_CLOSING = /^[\s>]*(?:`+|~+)\s*$/
const ROW = /^\s*\|/

/**
 * Whether the unfinished last line of a growing text is not to be drawn yet: what has come of it could be
 * one thing now and another with its next letter (“-” under a paragraph: a heading, a list, a rule).
 */
export function isHeld(line: string, tip: Node): boolean {
  if (line.trim() === "") return true
  if (tip.kind === "code" && tip.fence !== null) return FENCE_CLOSING.test(line)
  if (tip.kind === "code" || tip.kind === "html") return false
  if (tip.kind === "math") return /^\s*(?:.*\$|\\\]?)\s*$/.test(line)
  if (MARKS.test(line) || FENCE_OPENING.test(line)) return true
  if (tip.kind === "table" || tip.kind === "row") return false
  return ROW.test(line) || (tip.kind !== "paragraph" && LABEL.test(line))
}

/** Whether a paragraph of one line, the last of a growing text, is likely to be the head of a table. */
export function isHeadOfTable(node: Node): boolean {
  return node.kind === "paragraph" && ROW.test(node.text) && node.text.indexOf("\n") === node.text.length - 1
}
