"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import "./markdown.css"
import { type ReactNode, useMemo } from "react"
import { BlockList } from "./blocks/block-list.tsx"
import { NoteList } from "./blocks/note-list.tsx"
import { type ForeignImages, PlaceContext } from "./context.ts"
import { usePaced } from "./use-paced.ts"
import { useTree } from "./use-tree.ts"

interface MarkdownProps {
  text: string
  /** While text still comes: the unfinished is held back where it could change its nature, and a caret stands at the end. */
  isStreaming?: boolean
  /** Came just now, perhaps all at once: then it is drawn as if it still came, in pieces. */
  isNew?: boolean
  /** The level of the page at which the first level of the text stands. */
  headingLevel?: number
  /** Brings foreign images through our own server. Without it, their addresses are offered. */
  images?: ForeignImages
  /** Draws the number of a source, which stands between two `\uFFFC` where it is cited. */
  cite?: (number: number) => ReactNode
}

/** A text of a person or a model, with its marks. Nothing in it can run, lead away by itself or fetch anything. */
export function Markdown({ text, isStreaming = false, isNew = false, headingLevel = 3, images, cite }: MarkdownProps) {
  const drawn = usePaced(text, isStreaming, isNew)
  const tree = useTree(drawn.text, drawn.isStreaming)
  const place = useMemo(
    () => ({ headingLevel, images: images ?? null, cite: cite ?? null }),
    [headingLevel, images, cite],
  )
  return (
    <PlaceContext value={place}>
      <div className="md" dir="auto">
        <BlockList groups={tree.groups} isTail={tree.isOpen} />
        {drawn.isStreaming && !tree.isOpen ? <span className="caret" /> : null}
        <NoteList notes={tree.notes} />
      </div>
    </PlaceContext>
  )
}
