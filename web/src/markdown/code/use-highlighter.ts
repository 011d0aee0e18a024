import { useEffect, useState } from "react"
import type { Highlighter } from "./painted.ts"

/** By what was written behind a fence; null for languages without a grammar. */
const known = new Map<string, Highlighter | null>()
const PLAIN: ReadonlySet<string> = new Set(["", "text", "txt", "plain", "plaintext"])

/** What colours a language, once it has come; null before, and for languages that have none. */
export function useHighlighter(language: string): Highlighter | null {
  const [, setCame] = useState(0)
  useEffect(() => {
    if (PLAIN.has(language) || known.has(language)) return undefined
    let isHere = true
    openOne(language).then(
      () => isHere && setCame((count) => count + 1),
      // Without its colours code is still code.
      () => undefined,
    )
    return () => {
      isHere = false
    }
  }, [language])
  return known.get(language) ?? null
}

async function openOne(language: string): Promise<void> {
  const { openHighlighter } = await import("./highlighter.ts")
  known.set(language, await openHighlighter(language))
}
