import { type Definition, readAddress, readLabel, readTitle, skipSpaces } from "./definitions.ts"
import type { Delimiter } from "./delimiters.ts"
import type { InlineReader } from "./inlines.ts"
import { type Piece, textOf } from "./inline-nodes.ts"
import type { Inline } from "./tree.ts"

/** An opening bracket that waits for its end. */
export interface Bracket {
  piece: Piece
  isImage: boolean
  /** Off inside a link: links hold no links. */
  isActive: boolean
  /** Whether another bracket stands behind it, so that its text is no label. */
  isFollowed: boolean
  start: number
  delimiter: Delimiter | null
  prev: Bracket | null
}

interface Target extends Definition {
  end: number
}

/** Read a closing bracket: the end of a link, of an image, of a note's mark, or just a sign. */
export function closeBracket(reader: InlineReader): boolean {
  const opener = reader.bracket
  const behind = reader.at + 1
  if (opener === null || !opener.isActive) {
    if (opener !== null) reader.bracket = opener.prev
    return false
  }
  const target = inlineTarget(reader.text, behind) ?? named(reader, opener, behind)
  if (target === null) {
    if (note(reader, opener)) return true
    reader.bracket = opener.prev
    return false
  }
  reader.delimiters.process(reader.row, opener.delimiter)
  const children = reader.row.cut(opener.piece, null)
  opener.piece.inline = opener.isImage
    ? { kind: "image", src: target.href, title: target.title, alt: textOf(children) }
    : { kind: "link", href: target.href, title: target.title, children: withoutBare(children) }
  reader.bracket = opener.prev
  reader.at = target.end
  if (!opener.isImage) for (let one = reader.bracket; one !== null; one = one.prev) if (!one.isImage) one.isActive = false
  return true
}

/** `(address "title")` behind a closing bracket. */
function inlineTarget(text: string, at: number): Target | null {
  if (text[at] !== "(") return null
  const from = skipSpaces(text, at + 1)
  const address = readAddress(text, from)
  if (address === null) return null
  let end = skipSpaces(text, address.end)
  const title = end > address.end ? readTitle(text, end) : null
  if (title !== null) end = skipSpaces(text, title.end)
  return text[end] === ")" ? { href: address.href, title: title?.title ?? "", end: end + 1 } : null
}

/** `[label]` or nothing behind a closing bracket, as it is defined elsewhere. */
function named(reader: InlineReader, opener: Bracket, at: number): Target | null {
  const label = reader.text[at] === "[" ? readLabel(reader.text, at) : null
  const end = label === null ? at : at + label.length + 2
  let name = label
  if (name === null || name === "") name = opener.isFollowed ? null : reader.text.slice(opener.start, at - 1)
  if (name === null || name.trim() === "" || name.length > 999) return null
  // A shortcut that is followed by a label means that label, or nothing.
  const found = reader.lookup.link(name)
  return found === null ? null : { ...found, end }
}

function note(reader: InlineReader, opener: Bracket): boolean {
  const text = reader.text.slice(opener.start, reader.at)
  if (opener.isImage || opener.isFollowed || !/^\^[^\s[\]]{1,99}$/.test(text)) return false
  const number = reader.lookup.note(text.slice(1))
  if (number === null) return false
  reader.row.cut(opener.piece, null)
  reader.delimiters.last = opener.delimiter
  if (opener.delimiter !== null) opener.delimiter.next = null
  opener.piece.inline = { kind: "note", number }
  reader.bracket = opener.prev
  reader.at += 1
  return true
}

/** Bare addresses inside a link are its text. */
function withoutBare(inlines: readonly Inline[]): Inline[] {
  return inlines.flatMap((inline) => {
    if (inline.kind === "link") return inline.children
    if (inline.kind === "em" || inline.kind === "strong" || inline.kind === "del") {
      return [{ kind: inline.kind, children: withoutBare(inline.children) }]
    }
    return [inline]
  })
}
