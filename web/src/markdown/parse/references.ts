import { type Definition, normalizeLabel } from "./definitions.ts"
import type { Node } from "./node.ts"

/** What is defined somewhere in a text, and which blocks asked in vain for what may come later. */
export class References {
  readonly #links = new Map<string, Definition>()
  readonly #notes = new Map<string, number>()
  readonly #waiting = new Map<string, Set<Node>>()

  /** Keep a definition; the first of a label wins. Returns the blocks that waited for it. */
  define(label: string, definition: Definition): Iterable<Node> {
    if (this.#links.has(label)) return []
    this.#links.set(label, definition)
    return this.#release(label)
  }

  defineNote(label: string, number: number): Iterable<Node> {
    const key = normalizeLabel(`^${label}`)
    if (this.#notes.has(key)) return []
    this.#notes.set(key, number)
    return this.#release(key)
  }

  link(label: string, asker: Node | null): Definition | null {
    const key = normalizeLabel(label)
    const found = this.#links.get(key) ?? null
    if (found === null) this.#wait(key, asker)
    return found
  }

  note(label: string, asker: Node | null): number | null {
    const key = normalizeLabel(`^${label}`)
    const found = this.#notes.get(key) ?? null
    if (found === null) this.#wait(key, asker)
    return found
  }

  #wait(key: string, asker: Node | null): void {
    if (asker === null) return
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) this.#waiting.set(key, new Set([asker]))
    else waiting.add(asker)
  }

  #release(key: string): Iterable<Node> {
    const waiting = this.#waiting.get(key) ?? []
    this.#waiting.delete(key)
    return waiting
  }
}
