import type { Align, Block, Groups } from "./tree.ts"

export type Kind = Block["kind"] | "document"

export interface Marker {
  isOrdered: boolean
  /** The bullet, or the character behind the number. */
  sign: string
  start: number
  /** Columns before the marker, and from it to the content. */
  offset: number
  padding: number
}

export interface Fence {
  sign: string
  length: number
  offset: number
}

/** Blocks nest no deeper: who writes a thousand quotes in each other means to break something. */
export const DEEPEST = 100
/** Children that are made and drawn together. */
export const GROUP = 32
/** Lines of code in one piece that is drawn once. */
export const LINES_A_CHUNK = 32

/** A block while it is being read. Only blocks on the way to the open end ever change. */
export class Node {
  readonly children: Node[] = []
  isOpen = true
  /** Lines of a leaf, each with its line break. */
  text = ""
  chunks: readonly string[] = []
  linesInText = 0
  level = 0
  info = ""
  fence: Fence | null = null
  marker: Marker | null = null
  isLoose = false
  htmlKind = 0
  align: readonly Align[] = []
  cells: readonly string[] = []
  /** The closing sign of a formula. */
  closer = ""
  number = 0
  isComplete = false
  endsBlank = false
  readonly depth: number
  line: number
  /** What it looks like, once it is closed. */
  finished: Block | null = null
  groups: readonly (Groups[number] | null)[] = []

  constructor(
    readonly kind: Kind,
    readonly parent: Node | null,
    readonly index: number,
    line: number,
  ) {
    this.line = line
    this.depth = parent === null ? 0 : parent.depth + 1
  }

  get last(): Node | null {
    return this.children.at(-1) ?? null
  }

  /** A child has to be made anew. */
  forget(index: number): void {
    const group = Math.floor(index / GROUP)
    this.finished = null
    if (group < this.groups.length) this.groups = this.groups.with(group, null)
  }

  /** Add a line of code; whole pieces are set aside, so that adding costs the same however long the code is. */
  addCode(line: string): void {
    // Only with the next line is it sure that the last one of a piece was whole.
    if (this.fence !== null && this.linesInText === LINES_A_CHUNK) {
      this.chunks = [...this.chunks, this.text]
      this.text = ""
      this.linesInText = 0
    }
    this.text += `${line}\n`
    this.linesInText += 1
  }
}

const CONTAINERS: ReadonlySet<Kind> = new Set(["document", "quote", "item", "note"])

/** Whether a block may hold another of that kind. */
export function canContain(parent: Kind, child: Kind): boolean {
  if (parent === "list") return child === "item"
  if (parent === "table") return child === "row"
  return CONTAINERS.has(parent) && child !== "item" && child !== "row"
}

/** Whether lines go into a block as they are. */
export function takesLines(kind: Kind): boolean {
  return kind === "paragraph" || kind === "code" || kind === "html" || kind === "math"
}

/** Whether a blank line follows what is in a block so far. */
export function endsWithBlank(node: Node): boolean {
  let one: Node | null = node
  while (one !== null) {
    if (one.endsBlank) return true
    one = one.kind === "list" || one.kind === "item" ? one.last : null
  }
  return false
}
