import type { CitationPart, Part } from "@/live/parts"

/** A piece of an answer, as it is drawn: a text has its citations in it, a tool call its result beside it. */
export type Piece =
  | { readonly kind: "text"; readonly text: string; readonly at: number }
  | { readonly kind: "cited"; readonly numbers: readonly number[] }
  | { readonly kind: "part"; readonly part: Part; readonly result: Part | null; readonly at: number }

export interface Pieces {
  readonly pieces: readonly Piece[]
  /** What is cited; the number of one is its place plus one. The same source has one number. */
  readonly sources: readonly CitationPart[]
}

/** Says in a text that a source is cited here. A sign that counts as punctuation, so that marks around it still close. */
export const CITE = "\uFFFC"

/** The parts of an answer, with each citation where it belongs. */
export function piecesOf(parts: readonly Part[]): Pieces {
  const sources: CitationPart[] = []
  const numberOf = (cited: CitationPart): number => {
    const known = sources.findIndex((one) => sourceKey(one) === sourceKey(cited))
    return known >= 0 ? known + 1 : sources.push(cited)
  }
  const results = new Map(parts.flatMap((part) => (part.kind === "tool-result" ? [[part.tool_call_id, part] as const] : [])))
  const pieces: Piece[] = []
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at]
    if (part === undefined || part.kind === "tool-result") continue
    if (part.kind === "text") {
      const cited: CitationPart[] = []
      for (let next = parts[at + 1]; next?.kind === "citation"; next = parts[at + 1]) {
        cited.push(next)
        at += 1
      }
      pieces.push(...textPieces(part.text, cited, numberOf, at - cited.length))
    } else if (part.kind === "citation") pieces.push({ kind: "cited", numbers: [numberOf(part)] })
    else pieces.push({ kind: "part", part, result: part.kind === "tool-call" ? (results.get(part.id) ?? null) : null, at })
  }
  return { pieces, sources }
}

function textPieces(text: string, cited: readonly CitationPart[], numberOf: (one: CitationPart) => number, at: number): Piece[] {
  if (cited.length === 0) return [{ kind: "text", text, at }]
  const places = cited.map((one) => ({ end: typeof one.end === "number" ? one.end : null, number: numberOf(one) }))
  const marks = places.flatMap(({ end, number }) => (end === null || isInCode(text, end) ? [] : [{ end, number }]))
  const marked = new Set(marks.map(({ number }) => number))
  const placeless = places.map(({ number }) => number).filter((number) => !marked.has(number))
  const whole: Piece = { kind: "text", text: withMarks(text.replaceAll(CITE, "\uFFFD"), marks), at }
  return placeless.length === 0 ? [whole] : [whole, { kind: "cited", numbers: [...new Set(placeless)] }]
}

/** Put the numbers where they belong: the places count characters, and some of these are two units here. */
function withMarks(text: string, marks: readonly { end: number; number: number }[]): string {
  const ordered = marks.toSorted((one, other) => one.end - other.end || one.number - other.number)
  let made = ""
  let units = 0
  let signs = 0
  for (const { end, number } of ordered) {
    const from = units
    while (signs < end && units < text.length) {
      units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1
      signs += 1
    }
    const mark = `${CITE}${number}${CITE}`
    const piece = text.slice(from, units)
    if (piece !== "" || !made.endsWith(mark)) made += piece + mark
  }
  return made + text.slice(units)
}

/** In a block of code a number would be taken for code. */
function isInCode(text: string, end: number): boolean {
  return (text.slice(0, end).match(/^ {0,3}(?:```|~~~)/gm)?.length ?? 0) % 2 === 1
}

/** What tells one source from another. */
export function sourceKey({ url, title, text }: { [Name in "url" | "title" | "text"]?: string | undefined }): string {
  return url || JSON.stringify([title || "", text || ""])
}
