"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { memo, useEffect, useState } from "react"
import { type Chunk, type Line, Painted } from "../code/painted.ts"
import { useHighlighter } from "../code/use-highlighter.ts"
import { isRushing, whenCalm } from "../pace.ts"
import type { CodeBlock } from "../parse/tree.ts"

interface CodeTextProps {
  block: CodeBlock
  language: string
}

/** The text of a piece of code, in pieces that are drawn once and coloured once. */
export function CodeText({ block, language }: CodeTextProps) {
  const highlighter = useHighlighter(language)
  const [painted] = useState(() => new Painted())
  const [, setFrame] = useState(0)
  const chunks = painted.read(block, highlighter, !isRushing())
  const { isBehind } = painted
  useEffect(() => (isBehind ? whenCalm(() => setFrame((count) => count + 1)) : undefined))
  return (
    <code>
      {chunks.map((chunk, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- code is only ever added at the end
        <ChunkView key={index} chunk={chunk} text={chunk.kind === "plain" ? chunk.text : ""} />
      ))}
    </code>
  )
}

interface ChunkViewProps {
  chunk: Chunk
  /** Of a plain one, which is a new value each time. */
  text: string
}

const ChunkView = memo(
  ({ chunk }: ChunkViewProps) => (
    <span>
      {chunk.kind === "plain"
        ? chunk.text
        : // oxlint-disable-next-line react/no-array-index-key -- code is only ever added at the end
          chunk.lines.map((line, index) => <LineView key={index} line={line} />)}
    </span>
  ),
  (before, after) => before.chunk === after.chunk || (before.chunk.kind === after.chunk.kind && after.text !== "" && before.text === after.text),
)
ChunkView.displayName = "ChunkView"

interface LineViewProps {
  line: Line
}

const LineView = memo(({ line }: LineViewProps) =>
  line.map((piece, index) =>
    piece.className === "" ? (
      piece.text
    ) : (
      // oxlint-disable-next-line react/no-array-index-key -- the pieces of a line never move
      <span key={index} className={piece.className}>
        {piece.text}
      </span>
    ),
  ),
)
LineView.displayName = "LineView"
