import type { FormulaInline } from "./tree.ts"

/** Each way to write a formula among words: how it opens and closes, and whether it stands on lines of its own. */
const FORMS = [
  { open: "$$", close: "$$", isDisplay: true },
  { open: "$", close: "$", isDisplay: false },
  { open: "\\(", close: "\\)", isDisplay: false },
  { open: "\\[", close: "\\]", isDisplay: true },
]
const SAYS_SOMETHING = /[\p{L}\p{N}]/u
/** “5 (US” and “3 million or” between two signs of money: a number, then words. */
const PROSE = /^\d[\d.,]*(?:\s+|.*\s)\(?[A-Za-z]{2,}/

/** The formula at a place, or null. `missing` remembers closers that do not come any more. */
export function readFormula(text: string, at: number, missing: Set<string>): FormulaInline | null {
  const form = FORMS.find((one) => text.startsWith(one.open, at))
  if (form === undefined || missing.has(form.open)) return null
  const from = at + form.open.length
  const end = form.open === "$" ? dollarEnd(text, at) : text.indexOf(form.close, from)
  if (end === -1) {
    if (form.open !== "$") missing.add(form.open)
    return null
  }
  const tex = text.slice(from, end)
  if (!SAYS_SOMETHING.test(tex)) return null
  return { kind: "math", tex: tex.trim(), isDisplay: form.isDisplay, source: text.slice(at, end + form.close.length) }
}

/** Where `$…$` ends. Money is no formula: the signs must touch what they hold, and no digit may follow. */
function dollarEnd(text: string, at: number): number {
  const isOpener = !/[\p{L}\p{N}$]/u.test(text[at - 1] ?? " ") && !/[\s$]/.test(text[at + 1] ?? " ")
  if (!isOpener) return -1
  for (let end = at + 1; end < text.length && text[end] !== "\n"; end += 1) {
    if (text[end] === "\\") end += 1
    else if (text[end] === "$") {
      const isCloser = !/\s/.test(text[end - 1] ?? " ") && !/[\p{L}\p{N}$]/u.test(text[end + 1] ?? " ")
      return isCloser && !PROSE.test(text.slice(at + 1, end)) ? end : -1
    }
  }
  return -1
}
