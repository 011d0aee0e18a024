import { continues } from "./continues.ts"
import { Cursor } from "./cursor.ts"
import { type Definition, readDefinitions } from "./definitions.ts"
import { HTML_CLOSERS } from "./html-blocks.ts"
import { canContain, endsWithBlank, type Kind, Node, takesLines } from "./node.ts"
import { splitRow } from "./rows.ts"
import { type Site, startBlock } from "./starts.ts"

/** Told of what is defined on the way. */
export interface Listener {
  defined(label: string, definition: Definition): void
  noteStarted(label: string, number: number): void
}

/**
 * Reads blocks line by line, after the method of the CommonMark reference: every open block is asked whether
 * it goes on, then new ones start, then the rest goes into the deepest. A line costs the same wherever it stands.
 */
export class BlockReader implements Site {
  readonly root = new Node("document", null, 0, 0)
  tip: Node = this.root
  isAllMatched = true
  readonly notes: Node[] = []
  lines = 0
  #lastMatched: Node = this.root
  readonly #listener: Listener

  constructor(listener: Listener) {
    this.#listener = listener
  }

  /** Read one line, without its line break. */
  read(text: string): void {
    this.lines += 1
    const cursor = new Cursor(text.includes("\0") ? text.replaceAll("\0", "\ufffd") : text)
    const matched = this.#matchOpen(cursor)
    if (matched === null) return
    this.isAllMatched = matched === this.tip
    this.#lastMatched = matched
    const container = this.#startBlocks(matched, cursor)
    const isLazy = !this.isAllMatched && !cursor.isBlank && this.tip.kind === "paragraph"
    if (isLazy) this.#addText(this.tip, cursor)
    else this.#addRest(container, cursor)
  }

  /** Close everything that is open. */
  finish(): void {
    for (let node: Node | null = this.tip; node !== null; node = node.parent) if (node.isOpen) this.#shut(node)
    this.tip = this.root
  }

  /** Ask the open blocks; returns the deepest that goes on, or null when the line is used up. */
  #matchOpen(cursor: Cursor): Node | null {
    let node = this.root
    for (let next = node.last; next?.isOpen; next = node.last) {
      const belongs = continues(next, cursor)
      if (belongs === "no") break
      if (belongs === "end") {
        this.#lastMatched = next
        this.close(next)
        return next.kind === "math" && !cursor.isBlank ? node : null
      }
      node = next
    }
    return node
  }

  #startBlocks(matched: Node, cursor: Cursor): Node {
    let container = matched
    let isLeaf = container.kind !== "paragraph" && takesLines(container.kind)
    while (!isLeaf) {
      const started = startBlock(this, container, cursor)
      if (started === "none") break
      container = this.tip
      isLeaf = started === "leaf"
    }
    return container
  }

  #addRest(container: Node, cursor: Cursor): void {
    this.closeUnmatched()
    // What a blank line stands behind decides later whether a list is loose.
    if (cursor.isBlank && container.last !== null) container.last.endsBlank = true
    const isNewItem = container.kind === "item" && container.children.length === 0 && container.line === this.lines
    const isFence = container.kind === "code" && container.fence !== null
    const endsBlank = cursor.isBlank && container.kind !== "quote" && !isFence && !isNewItem
    for (let node: Node | null = container; node !== null; node = node.parent) node.endsBlank = endsBlank
    if (takesLines(container.kind)) {
      this.#addLine(container, cursor)
    } else if (container.kind === "table" && !cursor.isBlank && cursor.offset < cursor.line.length) {
      const row = this.add("row")
      row.cells = splitRow(cursor.rest)
      this.close(row)
    } else if (cursor.offset < cursor.line.length && !cursor.isBlank) {
      this.#addText(this.add("paragraph"), cursor)
    }
  }

  #addLine(container: Node, cursor: Cursor): void {
    const isOpening = container.line === this.lines && (container.kind === "math" || container.fence !== null)
    if (isOpening) return
    if (container.kind === "code") {
      container.addCode(cursor.take())
      return
    }
    if (container.kind === "paragraph") {
      this.#addText(container, cursor)
      return
    }
    container.text += `${cursor.take()}\n`
    const closer = container.kind === "html" ? HTML_CLOSERS[container.htmlKind - 1] : undefined
    if (closer?.test(cursor.line.slice(cursor.offset))) this.close(container)
  }

  #addText(paragraph: Node, cursor: Cursor): void {
    paragraph.text += `${cursor.rest}\n`
  }

  closeUnmatched(): void {
    if (this.isAllMatched) return
    while (this.tip !== this.#lastMatched) this.close(this.tip)
    this.isAllMatched = true
  }

  add(kind: Kind, info = ""): Node {
    while (!canContain(this.tip.kind, kind)) this.close(this.tip)
    const parent = this.tip
    const before = parent.last
    if (before !== null && endsWithBlank(before)) {
      if (parent.kind === "list") parent.isLoose = true
      if (parent.kind === "item" && parent.parent !== null) parent.parent.isLoose = true
    }
    const node = new Node(kind, parent, parent.children.length, this.lines)
    parent.children.push(node)
    this.tip = node
    node.info = info
    if (kind === "note") {
      this.notes.push(node)
      node.number = this.notes.length
      this.#listener.noteStarted(info, node.number)
    }
    return node
  }

  replaceTip(kind: Kind): Node {
    const old = this.tip
    const parent = old.parent ?? this.root
    old.isOpen = false
    parent.children.pop()
    const node = new Node(kind, parent, old.index, old.line)
    parent.children.push(node)
    this.tip = node
    return node
  }

  close(node: Node): void {
    this.#shut(node)
    this.tip = node.parent ?? this.root
  }

  takeDefinitions(paragraph: Node): boolean {
    if (!paragraph.text.startsWith("[")) return true
    const start = readDefinitions(paragraph.text, (label, definition) => this.#listener.defined(label, definition))
    paragraph.text = paragraph.text.slice(start)
    return paragraph.text.trim() !== ""
  }

  #shut(node: Node): void {
    node.isOpen = false
    if (node.kind === "paragraph" && !this.takeDefinitions(node)) node.parent?.children.pop()
  }
}
