import { BlockReader } from "./blocks.ts"
import { isHeadOfTable, isHeld } from "./hold.ts"
import { readInlines } from "./inlines.ts"
import type { Node } from "./node.ts"
import { References } from "./references.ts"
import { groupsOf, noteOf, type Scribe } from "./snapshot.ts"
import { keep, restore } from "./trial.ts"
import type { Inline, Tree } from "./tree.ts"

const NOTHING: ReadonlySet<Node> = new Set()

/**
 * A text that grows. Whole lines are read once and for good; the unfinished last line is read on trial, drawn,
 * and taken back when more comes.
 */
export class Document implements Scribe {
  readonly #references = new References()
  readonly #reader: BlockReader
  #line = ""
  /** The lines that were read for good, while one is on trial. */
  #linesKept: number | null = null
  #openEnd: ReadonlySet<Node> = NOTHING

  constructor() {
    this.#reader = new BlockReader({
      defined: (label, definition) => {
        if (this.#linesKept === null) this.#renew(this.#references.define(label, definition))
      },
      noteStarted: (label, number) => {
        if (this.#linesKept === null) this.#renew(this.#references.defineNote(label, number))
      },
    })
  }

  /** Take more text and show what the whole is so far. */
  append(text: string): Tree {
    const whole = this.#line + text
    let from = 0
    for (let end = lineEnd(whole, from); end !== null; end = lineEnd(whole, from)) {
      this.#reader.read(whole.slice(from, end.at))
      from = end.next
    }
    this.#line = whole.slice(from)
    return this.#onTrial()
  }

  /** Show the whole; nothing comes any more. */
  finish(): Tree {
    const last = this.#line.replace(/\r$/, "")
    this.#line = ""
    if (last !== "") this.#reader.read(last)
    this.#reader.finish()
    return this.#tree()
  }

  inlines(node: Node, text: string): readonly Inline[] {
    // Only what stays is told later of what it missed.
    const asker = this.#linesKept !== null && node.line > this.#linesKept ? null : node
    return readInlines(text, {
      link: (label) => this.#references.link(label, asker),
      note: (label) => this.#references.note(label, asker),
    })
  }

  isOpenEnd(node: Node): boolean {
    return this.#openEnd.has(node)
  }

  isShown(node: Node): boolean {
    return !(this.isOpenEnd(node) && isHeadOfTable(node))
  }

  #onTrial(): Tree {
    const reader = this.#reader
    const kept = keep(reader)
    this.#linesKept = reader.lines
    const line = this.#line.replace(/\r$/, "")
    if (!isHeld(line, reader.tip)) reader.read(line)
    const openEnd = new Set<Node>()
    for (let node: Node | null = reader.tip; node !== null; node = node.parent) openEnd.add(node)
    this.#openEnd = openEnd
    reader.finish()
    const tree = this.#tree()
    restore(reader, kept)
    this.#openEnd = NOTHING
    this.#linesKept = null
    return tree
  }

  #tree(): Tree {
    const { root, notes } = this.#reader
    const { last } = root
    return {
      groups: groupsOf(root, this),
      notes: notes.map((note) => noteOf(note, this)),
      isOpen: last !== null && last.kind !== "note" && this.isOpenEnd(last) && this.isShown(last),
    }
  }

  /** Draw anew what waited for a definition, and nothing else. */
  #renew(nodes: Iterable<Node>): void {
    for (const leaf of nodes) {
      leaf.finished = null
      for (let node = leaf; node.parent !== null; node = node.parent) node.parent.forget(node.index)
    }
  }
}

/** Where a line ends and the next starts; null while its end has not come. */
function lineEnd(text: string, from: number): { at: number; next: number } | null {
  LINE_END.lastIndex = from
  const found = LINE_END.exec(text)
  if (found === null) return null
  const isCut = found[0] === "\r" && found.index === text.length - 1
  return isCut ? null : { at: found.index, next: found.index + found[0].length }
}
const LINE_END = /\r\n|\n|\r/g

/** Read a whole text at once. */
export function readMarkdown(text: string): Tree {
  const document = new Document()
  document.append(text)
  return document.finish()
}
