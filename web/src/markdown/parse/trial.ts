import type { BlockReader } from "./blocks.ts"
import type { Node } from "./node.ts"

type Fields = Pick<
  Node,
  | "isOpen"
  | "text"
  | "chunks"
  | "linesInText"
  | "level"
  | "info"
  | "isLoose"
  | "cells"
  | "isComplete"
  | "endsBlank"
  | "finished"
  | "groups"
>

interface KeptNode {
  node: Node
  fields: Fields
  count: number
  /** The open child, which a line can turn into something else. */
  child: Node | null
}

/** How a reader stood. Only the open blocks can change, so only they are kept. */
export interface Kept {
  nodes: readonly KeptNode[]
  tip: Node
  lines: number
  notes: number
}

export function keep(reader: BlockReader): Kept {
  const nodes: KeptNode[] = []
  let child: Node | null = null
  for (let node: Node | null = reader.tip; node !== null; node = node.parent) {
    nodes.push({ node, fields: fieldsOf(node), count: node.children.length, child })
    child = node
  }
  return { nodes, tip: reader.tip, lines: reader.lines, notes: reader.notes.length }
}

export function restore(reader: BlockReader, kept: Kept): void {
  for (const { node, fields, count, child } of kept.nodes) {
    Object.assign(node, fields)
    node.children.length = count
    if (child !== null) node.children[child.index] = child
  }
  reader.tip = kept.tip
  reader.lines = kept.lines
  reader.notes.length = kept.notes
}

function fieldsOf(node: Node): Fields {
  const { isOpen, text, chunks, linesInText, level, info, isLoose, cells, isComplete, endsBlank, finished, groups } = node
  return { isOpen, text, chunks, linesInText, level, info, isLoose, cells, isComplete, endsBlank, finished, groups }
}
