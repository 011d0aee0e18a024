import { unescapeText } from "./entities.ts"

export interface Definition {
  href: string
  title: string
}

const LABEL = /\[((?:[^\\[\]]|\\[^])*)\]/y
const ANGLED = /<((?:[^<>\n\\]|\\[^\n])*)>/y
const TITLE = /"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'|\(((?:[^()\\]|\\[^])*)\)/y
const SPACES = /[ \t]*(?:\n[ \t]*)?/y
const LINE_END = /[ \t]*(?:\n|$)/y
const LONGEST_LABEL = 999

/** Match at one place only. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** The form under which a label is kept and looked up. */
export function normalizeLabel(label: string): string {
  return label.trim().replace(/[ \t\r\n]+/g, " ").toLowerCase().toUpperCase()
}

/** A label with its brackets at a place, or null. */
export function readLabel(text: string, at: number): string | null {
  const found = matchAt(LABEL, text, at)?.[1]
  return found === undefined || found.length > LONGEST_LABEL ? null : found
}

/** An address at a place, and where it ends. */
export function readAddress(text: string, at: number): { href: string; end: number } | null {
  if (text[at] === "<") {
    const angled = matchAt(ANGLED, text, at)
    return angled === null ? null : { href: unescapeText(angled[1] ?? ""), end: at + angled[0].length }
  }
  let depth = 0
  let end = at
  for (; end < text.length; end += 1) {
    const sign = text[end] ?? ""
    if (sign === "\\" && /[!-/:-@[-`{-~]/.test(text[end + 1] ?? "")) end += 1
    else if (sign === "(") depth += 1
    else if (sign === ")" && depth === 0) break
    else if (sign === ")") depth -= 1
    else if (sign <= " " || sign === "\u007f") break
    if (depth > 32) return null
  }
  return depth === 0 ? { href: unescapeText(text.slice(at, end)), end } : null
}

/** A title at a place, and where it ends. */
export function readTitle(text: string, at: number): { title: string; end: number } | null {
  const found = matchAt(TITLE, text, at)
  if (found === null) return null
  return { title: unescapeText(found[1] ?? found[2] ?? found[3] ?? ""), end: at + found[0].length }
}

export function skipSpaces(text: string, at: number): number {
  return at + (matchAt(SPACES, text, at)?.[0].length ?? 0)
}

/** Take the definitions at the start of a paragraph. Returns where its own text starts. */
export function readDefinitions(text: string, found: (label: string, definition: Definition) => void): number {
  let at = 0
  for (;;) {
    const end = readDefinition(text, at, found)
    if (end === null) return at
    at = end
  }
}

function readDefinition(
  text: string,
  start: number,
  found: (label: string, definition: Definition) => void,
): number | null {
  const label = text[start] === "[" ? readLabel(text, start) : null
  if (label === null || label.trim() === "") return null
  const colon = start + label.length + 2
  if (text[colon] !== ":") return null
  const at = skipSpaces(text, colon + 1)
  const address = readAddress(text, at)
  if (address === null || address.end === at) return null
  const named = skipSpaces(text, address.end)
  const title = named > address.end ? readTitle(text, named) : null
  if (title !== null) {
    const ending = matchAt(LINE_END, text, title.end)
    if (ending !== null) {
      found(normalizeLabel(label), { href: address.href, title: title.title })
      return title.end + ending[0].length
    }
  }
  // What looked like a title is text of the next line, or the whole is no definition.
  const ending = matchAt(LINE_END, text, address.end)
  if (ending === null) return null
  found(normalizeLabel(label), { href: address.href, title: "" })
  return address.end + ending[0].length
}
