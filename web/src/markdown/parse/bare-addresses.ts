import { matchAt } from "./definitions.ts"
import type { Inline } from "./tree.ts"

const START = /(?:https?:\/\/|www\.)/gi
const BEFORE = /[\s*_~(["'>]/
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<]+/iy
const ADDRESS_IN_BRACKETS = /(?:https?:\/\/|www\.)[^\s<\]]+/iy
const HOST = /^(?:https?:\/\/)?[^\s<>/?#]*[a-z0-9\u00a1-\uffff](?:[/?#:]|$)/i
const MAIL = /[a-zA-Z0-9.+_-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*\.[a-zA-Z0-9]+(?![\w-])/g

/** Where a bare address may start in a run of plain signs, or null. */
export function findBare(run: string, before: string): number | null {
  START.lastIndex = 0
  for (let found = START.exec(run); found !== null; found = START.exec(run)) {
    if (BEFORE.test(run[found.index - 1] ?? before)) return found.index
  }
  return null
}

/** The bare address at a place, without the signs that belong to the sentence around it. */
export function bareAt(text: string, at: number, isInBrackets: boolean): { href: string; text: string } | null {
  const found = matchAt(isInBrackets ? ADDRESS_IN_BRACKETS : ADDRESS, text, at)?.[0]
  if (found === undefined) return null
  const address = trimmed(found)
  const isWeb = address.toLowerCase().startsWith("www.")
  if (!HOST.test(address) || /^(?:https?:\/\/|www\.)$/i.test(address)) return null
  if (isWeb && !address.slice(4).includes(".")) return null
  return { href: isWeb ? `http://${address}` : address, text: address }
}

function trimmed(found: string): string {
  let end = found.length
  for (;;) {
    const sign = found[end - 1] ?? ""
    const entity = sign === ";" ? /&[a-zA-Z0-9]+;$/.exec(found.slice(0, end))?.[0] : undefined
    if (entity !== undefined) end -= entity.length
    else if (/[?!.,:;*_~'"\]]/.test(sign)) end -= 1
    else if (sign === ")" && isUnopened(found.slice(0, end))) end -= 1
    else return found.slice(0, end)
  }
}

function isUnopened(text: string): boolean {
  let depth = 0
  for (const sign of text) depth += sign === "(" ? 1 : sign === ")" ? -1 : 0
  return depth < 0
}

/** Make links of the mail addresses in plain text, outside of links. */
export function bareAddresses(inlines: readonly Inline[]): Inline[] {
  return inlines.flatMap((inline) => {
    if (inline.kind === "text") return inline.text.includes("@") ? mailsIn(inline.text) : [inline]
    if (inline.kind === "em" || inline.kind === "strong" || inline.kind === "del") {
      return [{ kind: inline.kind, children: bareAddresses(inline.children) }]
    }
    return [inline]
  })
}

function mailsIn(text: string): Inline[] {
  const inlines: Inline[] = []
  let end = 0
  for (const found of text.matchAll(MAIL)) {
    if (found.index > end) inlines.push({ kind: "text", text: text.slice(end, found.index) })
    inlines.push({ kind: "link", href: `mailto:${found[0]}`, title: "", children: [{ kind: "text", text: found[0] }] })
    end = found.index + found[0].length
  }
  if (end < text.length) inlines.push({ kind: "text", text: text.slice(end) })
  return inlines
}
