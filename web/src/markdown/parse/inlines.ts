import { bareAddresses, bareAt, findBare } from "./bare-addresses.ts"
import { type Bracket, closeBracket } from "./brackets.ts"
import type { Definition } from "./definitions.ts"
import { matchAt } from "./definitions.ts"
import { Delimiters, flanking } from "./delimiters.ts"
import { decodeEntity, ENTITY_AT } from "./entities.ts"
import { readFormula } from "./formulas.ts"
import { CLOSE_TAG, OPEN_TAG } from "./html-blocks.ts"
import { Row } from "./inline-nodes.ts"
import type { Inline } from "./tree.ts"

/** Looks up what is defined elsewhere in the text. */
export interface Lookup {
  link(label: string): Definition | null
  note(label: string): number | null
}

const PLAIN = /[^\n`[\]\\!<&*_~$]+/y
const TICKS = /`+/y
const RUN = /\*+|_+|~+/y
const MAIL = /<([a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*)>/y
// oxlint-disable-next-line no-control-regex -- the specification names them
const ADDRESS = /<([A-Za-z][A-Za-z0-9.+-]{1,31}:[^<>\u0000-\u0020]*)>/y
const TAG = new RegExp(
  `${OPEN_TAG}|${CLOSE_TAG}|<!-->|<!--->|<!--[^]*?-->|<[?][^]*?[?]>|<![A-Za-z][^>]*>|<!\\[CDATA\\[[^]*?\\]\\]>`,
  "y",
)

/** Reads the marks inside a paragraph, a heading or a cell, after the method of the CommonMark reference. */
export class InlineReader {
  readonly row = new Row()
  readonly delimiters = new Delimiters()
  bracket: Bracket | null = null
  at = 0
  /** Lengths of backtick runs that are known to have no partner further on. */
  readonly #lonelyTicks = new Set<number>()
  readonly #missing = new Set<string>()

  constructor(
    readonly text: string,
    readonly lookup: Lookup,
  ) {}

  read(): Inline[] {
    while (this.at < this.text.length) this.#step(this.text[this.at] ?? "")
    this.delimiters.process(this.row, null)
    return bareAddresses(this.row.inlines())
  }

  say(text: string): void {
    this.row.push({ kind: "text", text })
  }

  #step(sign: string): void {
    const isTaken =
      (sign === "\n" && this.#lineBreak()) ||
      (sign === "\\" && (this.#formula() || this.#escape())) ||
      (sign === "`" && this.#code()) ||
      ((sign === "*" || sign === "_" || sign === "~") && this.#run()) ||
      (sign === "[" && this.#open("[")) ||
      (sign === "!" && this.text[this.at + 1] === "[" && this.#open("![")) ||
      (sign === "]" && closeBracket(this)) ||
      (sign === "<" && this.#angled()) ||
      (sign === "&" && this.#entity()) ||
      (sign === "$" && this.#formula()) ||
      this.#plain()
    if (isTaken) return
    this.say(sign)
    this.at += 1
  }

  #plain(): boolean {
    const run = matchAt(PLAIN, this.text, this.at)?.[0]
    if (run === undefined) return false
    const bare = findBare(run, this.text[this.at - 1] ?? "\n")
    const link = bare === 0 ? bareAt(this.text, this.at, this.bracket !== null) : null
    if (link !== null) {
      this.row.push({ kind: "link", href: link.href, title: "", children: [{ kind: "text", text: link.text }] }, true)
      this.at += link.text.length
      return true
    }
    const length = bare === null ? run.length : Math.max(bare, 1)
    this.say(run.slice(0, length))
    this.at += length
    return true
  }

  #lineBreak(): boolean {
    const { last } = this.row
    this.at += 1
    let isHard = false
    if (last?.inline.kind === "text") {
      isHard = last.inline.text.endsWith("  ")
      last.inline = { kind: "text", text: last.inline.text.replace(/ +$/, "") }
    }
    if (isHard) this.row.push({ kind: "break" })
    else this.say("\n")
    while (this.text[this.at] === " ") this.at += 1
    return true
  }

  #escape(): boolean {
    const next = this.text[this.at + 1] ?? ""
    if (next === "\n") {
      this.row.push({ kind: "break" })
      this.at += 2
      while (this.text[this.at] === " ") this.at += 1
      return true
    }
    if (!/^[!-/:-@[-`{-~]$/.test(next)) return false
    this.say(next)
    this.at += 2
    return true
  }

  #code(): boolean {
    const length = matchAt(TICKS, this.text, this.at)?.[0].length ?? 1
    const from = this.at + length
    const end = this.#lonelyTicks.has(length) ? null : this.#closingTicks(from, length)
    if (end === null) {
      this.#lonelyTicks.add(length)
      this.say("`".repeat(length))
      this.at = from
      return true
    }
    const inner = this.text.slice(from, end).replaceAll("\n", " ")
    const isPadded = inner.startsWith(" ") && inner.endsWith(" ") && inner.trim() !== ""
    this.row.push({ kind: "code", text: isPadded ? inner.slice(1, -1) : inner })
    this.at = end + length
    return true
  }

  #closingTicks(from: number, length: number): number | null {
    for (let at = this.text.indexOf("`", from); at !== -1; at = this.text.indexOf("`", at)) {
      const run = matchAt(TICKS, this.text, at)?.[0].length ?? 1
      if (run === length) return at
      at += run
    }
    return null
  }

  #run(): boolean {
    const run = matchAt(RUN, this.text, this.at)?.[0] ?? ""
    const sign = run[0] ?? ""
    const behind = this.at + run.length
    const before = pointBefore(this.text, this.at)
    const after = behind < this.text.length ? String.fromCodePoint(this.text.codePointAt(behind) ?? 10) : "\n"
    const piece = this.row.push({ kind: "text", text: run })
    this.at = behind
    const { canOpen, canClose } = flanking(sign, before, after)
    const isMark = (canOpen || canClose) && (sign !== "~" || run.length <= 2)
    if (isMark) this.delimiters.push({ sign, count: run.length, canOpen, canClose, piece })
    return true
  }

  #open(sign: "[" | "!["): boolean {
    const piece = this.row.push({ kind: "text", text: sign })
    if (this.bracket !== null) this.bracket.isFollowed = true
    this.at += sign.length
    this.bracket = {
      piece,
      isImage: sign === "![",
      isActive: true,
      isFollowed: false,
      start: this.at,
      delimiter: this.delimiters.last,
      prev: this.bracket,
    }
    return true
  }

  #angled(): boolean {
    const mail = matchAt(MAIL, this.text, this.at)
    const found = mail ?? matchAt(ADDRESS, this.text, this.at)
    if (found !== null) {
      const text = found[1] ?? ""
      const href = mail === null ? text : `mailto:${text}`
      this.row.push({ kind: "link", href, title: "", children: [{ kind: "text", text }] })
      this.at += found[0].length
      return true
    }
    const tag = this.#tag()
    if (tag === null) return false
    this.row.push({ kind: "html", text: tag })
    this.at += tag.length
    return true
  }

  #tag(): string | null {
    // A search for an end that is not there is made once, not once for every start.
    const opener = /^<(?:!--|[?]|!\[CDATA\[)/.exec(this.text.slice(this.at, this.at + 9))?.[0]
    if (opener !== undefined && this.#missing.has(opener)) return null
    const tag = matchAt(TAG, this.text, this.at)?.[0] ?? null
    if (tag === null && opener !== undefined) this.#missing.add(opener)
    return tag
  }

  #entity(): boolean {
    const entity = matchAt(ENTITY_AT, this.text, this.at)?.[0]
    if (entity === undefined) return false
    this.say(decodeEntity(entity))
    this.at += entity.length
    return true
  }

  #formula(): boolean {
    const formula = readFormula(this.text, this.at, this.#missing)
    if (formula === null) return false
    this.row.push(formula)
    this.at += formula.source.length
    return true
  }
}

function pointBefore(text: string, at: number): string {
  if (at === 0) return "\n"
  const last = text.charCodeAt(at - 1)
  const isPair = last >= 0xdc00 && last <= 0xdfff && at > 1
  return isPair ? text.slice(at - 2, at) : text.slice(at - 1, at)
}

/** Read the marks of one text. */
export function readInlines(text: string, lookup: Lookup): Inline[] {
  return new InlineReader(text, lookup).read()
}

