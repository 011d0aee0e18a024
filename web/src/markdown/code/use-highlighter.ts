import { useEffect, useSyncExternalStore } from "react"
import { createSignal } from "@/live/signal"
import type { Highlighter } from "./painted.ts"

/** By what was written behind a fence; null for languages without a grammar. */
const known = new Map<string, Highlighter | null>()
const came = createSignal()
const PLAIN: ReadonlySet<string> = new Set(["", "text", "txt", "plain", "plaintext"])

/** What colours a language, once it has come; null before, and for languages that have none. */
export function useHighlighter(language: string): Highlighter | null {
  useEffect(() => {
    // Without its colours code is still code.
    if (!PLAIN.has(language) && !known.has(language)) openOne(language).catch(() => undefined)
  }, [language])
  // A store: what is only looked up in the map while drawing would be kept as it was at first.
  return useSyncExternalStore(came.on, () => known.get(language) ?? null)
}

async function openOne(language: string): Promise<void> {
  const { openHighlighter } = await import("./highlighter.ts")
  known.set(language, await openHighlighter(language))
  came.tell()
}
