import { useSyncExternalStore } from "react"
import { ALL, type View } from "@/features/conversations/list/view"
import { createSignal } from "@/live/signal"

let shown: View = ALL
const news = createSignal()

export function setView(view: View): void {
  shown = view
  news.tell()
}

/** Which conversations the sidebar shows; kept while the sidebar itself comes and goes. */
export function useView(): readonly [View, (view: View) => void] {
  return [useSyncExternalStore(news.on, () => shown), setView]
}
