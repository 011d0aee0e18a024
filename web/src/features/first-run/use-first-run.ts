import { type QueryClient, useQuery } from "@tanstack/react-query"
import { useEffect, useSyncExternalStore } from "react"
import { providersQuery } from "@/features/house/api/queries"
import { nameHere } from "@/live/browser-outbox"
import { createSignal } from "@/live/signal"

/** What this browser knows of the house: the demo was chosen, or somebody else was set up when it looked last. */
type Known = "over" | "answered"

const news = createSignal()
const place = (): string => nameHere("first-run")
const known = (): string | null => localStorage.getItem(place())

function keep(what: Known): void {
  try {
    localStorage.setItem(place(), what)
  } catch {
    // It is full: the page asks once more when it is opened again.
  }
  news.tell()
}

/** Do not ask again in this browser: somebody chose the demo. */
export function endFirstRun(): void {
  keep("over")
}

/** Ask before anything is drawn, where nothing is known: the start shows no box until it is. */
export function askFirstRun(queries: QueryClient): void {
  if (known() === null) void queries.prefetchQuery(providersQuery())
}

/**
 * Whether nobody is set up who could answer but the demo; null while that is not known.
 *
 * Where somebody was set up before, that still holds until the house says otherwise: nobody waits for it twice.
 */
export function useFirstRun(): boolean | null {
  const knew = useSyncExternalStore(news.on, known)
  const isEnded = knew === "over"
  const { data, error } = useQuery({ ...providersQuery(), enabled: !isEnded })
  const isAnswered = data?.some(({ kind }) => kind !== "demo") ?? false
  useEffect(() => {
    if (isAnswered && known() === null) keep("answered")
  }, [isAnswered])
  // Who may not see the providers cannot add one either.
  if (isEnded || error !== null) return false
  if (data === undefined) return knew === null ? null : false
  return !isAnswered
}
