import { useQuery } from "@tanstack/react-query"
import { useSyncExternalStore } from "react"
import { providersQuery } from "@/features/house/api/queries"
import { nameHere } from "@/live/browser-outbox"
import { createSignal } from "@/live/signal"

const news = createSignal()
const place = (): string => nameHere("first-run")
const isOver = (): boolean => localStorage.getItem(place()) !== null

/** Do not ask again in this browser: somebody chose the demo. */
export function endFirstRun(): void {
  try {
    localStorage.setItem(place(), "over")
  } catch {
    // It is full: the page asks once more when it is opened again.
  }
  news.tell()
}

/** Whether nobody is set up who could answer but the demo; null while that is not known. */
export function useFirstRun(): boolean | null {
  const isEnded = useSyncExternalStore(news.on, isOver)
  const { data, error } = useQuery({ ...providersQuery(), enabled: !isEnded })
  // Who may not see the providers cannot add one either.
  if (isEnded || error !== null) return false
  return data === undefined ? null : data.every(({ kind }) => kind === "demo")
}
