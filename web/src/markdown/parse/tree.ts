/** What a text becomes: plain values that never change once made, so that finished ones keep their identity. */

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "em" | "strong" | "del"; children: readonly Inline[] }
  | LinkInline
  | ImageInline
  | { kind: "break" }
  /** A tag as it was written: it is shown, never obeyed. */
  | { kind: "html"; text: string }
  | FormulaInline
  | NoteInline

export interface LinkInline {
  kind: "link"
  /** As written, escapes and entities resolved; nobody has looked yet whether it may be followed. */
  href: string
  title: string
  children: readonly Inline[]
}

export interface ImageInline {
  kind: "image"
  src: string
  title: string
  alt: string
}

export interface FormulaInline {
  kind: "math"
  tex: string
  isDisplay: boolean
  /** With its delimiters, as it was written. */
  source: string
}

export interface NoteInline {
  kind: "note"
  number: number
}

/** Children in groups of a fixed size: a long text that grows makes new only its last group. */
export type Groups = readonly (readonly Block[])[]

export type Align = "left" | "center" | "right" | null

export interface CodeBlock {
  kind: "code"
  info: string
  isFenced: boolean
  /** False while the closing fence has not come, in a text that still grows. */
  isComplete: boolean
  /** Whole lines in pieces that never change again, then the rest. Joined, they are the code. */
  chunks: readonly string[]
  tail: string
}

export interface ListBlock {
  kind: "list"
  isOrdered: boolean
  start: number
  isLoose: boolean
  groups: Groups
}

export interface ItemBlock {
  kind: "item"
  /** Whether the box of a task is ticked; null for an item that is no task. */
  isDone: boolean | null
  groups: Groups
}

export interface TableBlock {
  kind: "table"
  align: readonly Align[]
  head: RowBlock
  groups: Groups
}

export interface RowBlock {
  kind: "row"
  cells: readonly (readonly Inline[])[]
  /** The cells as they were written, but for the escapes of bars. */
  sources: readonly string[]
}

export interface NoteBlock {
  kind: "note"
  number: number
  groups: Groups
}

export interface MathBlock {
  kind: "math"
  tex: string
  isComplete: boolean
  source: string
}

export type Block =
  | { kind: "paragraph"; inlines: readonly Inline[] }
  | { kind: "heading"; level: number; inlines: readonly Inline[] }
  | { kind: "quote"; groups: Groups }
  | { kind: "html"; text: string }
  | { kind: "rule" }
  | ListBlock
  | ItemBlock
  | CodeBlock
  | TableBlock
  | RowBlock
  | MathBlock
  | NoteBlock

/** A whole text. Notes stand apart, in the order in which they were defined. */
export interface Tree {
  groups: Groups
  notes: readonly NoteBlock[]
  /** Whether the last of the blocks is still open, so that what comes may go into it. */
  isOpen: boolean
}
