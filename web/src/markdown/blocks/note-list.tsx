"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { useLingui } from "@lingui/react/macro"
import { memo } from "react"
import { IconButton } from "@/components/ui/icon-button"
import { CornerLeftUp } from "lucide-react"
import type { NoteBlock } from "../parse/tree.ts"
import { BlockList } from "./block-list.tsx"
import { goWithin } from "./note-mark.tsx"

interface NoteListProps {
  notes: readonly NoteBlock[]
}

/** The notes of a text, at its end. */
export function NoteList({ notes }: NoteListProps) {
  const { t } = useLingui()
  if (notes.length === 0) return null
  return (
    <section aria-label={t`Footnotes`} className="md-notes">
      <ol>
        {notes.map((note) => (
          <Note key={note.number} note={note} />
        ))}
      </ol>
    </section>
  )
}

interface NoteProps {
  note: NoteBlock
}

const Note = memo(({ note }: NoteProps) => {
  const { t } = useLingui()
  const { number } = note
  return (
    <li value={number} data-note={number} tabIndex={-1}>
      <BlockList groups={note.groups} isTail={false} />
      <IconButton label={t`Back to footnote ${number} in the text`} onClick={(event) => goWithin(event, `[data-note-mark="${number}"]`)}>
        <CornerLeftUp aria-hidden="true" className="size-4" />
      </IconButton>
    </li>
  )
})
Note.displayName = "Note"
