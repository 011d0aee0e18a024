"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { useLingui } from "@lingui/react/macro"
import type { MouseEvent } from "react"

interface NoteMarkProps {
  number: number
}

/** The raised number that leads to a note of the same text. */
export function NoteMark({ number }: NoteMarkProps) {
  const { t } = useLingui()
  return (
    <sup>
      <button
        type="button"
        className="md-note-mark"
        data-note-mark={number}
        aria-label={t`Footnote ${number}`}
        onClick={(event) => goWithin(event, `[data-note="${number}"]`)}
      >
        {number}
      </button>
    </sup>
  )
}

/** Go to the first of what is named in the same text. No addresses: two texts of a page may have the same notes. */
export function goWithin(event: MouseEvent<HTMLElement>, selector: string): void {
  const target = event.currentTarget.closest(".md")?.querySelector<HTMLElement>(selector)
  target?.focus({ preventScroll: true })
  target?.scrollIntoView({ block: "nearest" })
}
