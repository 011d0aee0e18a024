import { useState } from "react"
import { Document } from "./parse/document.ts"
import type { Tree } from "./parse/tree.ts"

/** Reads a text as it grows: what was read is kept for as long as the next text starts with it. */
export class Growing {
  #document = new Document()
  #text = ""
  #isFinished = false
  #tree: Tree | null = null

  read(text: string, isStreaming: boolean): Tree {
    const isSame = text === this.#text && this.#isFinished === !isStreaming
    if (isSame && this.#tree !== null) return this.#tree
    // Two whole strings are compared word by word; startsWith goes letter by letter, which shows in long texts.
    const isNew = this.#isFinished || text.slice(0, this.#text.length) !== this.#text
    if (isNew) this.#document = new Document()
    const grown = this.#document.append(isNew ? text : text.slice(this.#text.length))
    this.#tree = isStreaming ? grown : this.#document.finish()
    this.#text = text
    this.#isFinished = !isStreaming
    return this.#tree
  }
}

/** The blocks of a text that may still grow. */
export function useTree(text: string, isStreaming: boolean): Tree {
  const [growing] = useState(() => new Growing())
  return growing.read(text, isStreaming)
}
