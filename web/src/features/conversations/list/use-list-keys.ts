import { type KeyboardEvent, useRef } from "react"
import { type Line, nextRow, typedTo } from "@/features/conversations/list/sections"

const PAGE_ROWS = 10
const TYPED_MS = 700

interface ListKeys {
  lines: readonly Line[]
  /** The place of the tab stop among the lines. */
  at: number
  go(id: string): void
  choose(id: string, how: "one" | "to"): void
  rename(id: string): void
  remove(id: string): void
  /** Nothing is chosen any more; false if nothing was. */
  chooseNone(): boolean
  chooseAll(): void
}

/** The keys of the list, which is one tab stop: arrows, Home, End, Page, letters of a title, Del, F2, choosing with Shift and Ctrl. */
export function useListKeys(list: ListKeys) {
  "use no memo"
  const typed = useRef({ text: "", atMs: 0 })
  const row = (place: number): string | null => {
    const line = list.lines[place]
    return line?.kind === "row" ? line.id : null
  }
  const placeFor = (key: string): number | null => {
    const { lines, at } = list
    const many = (step: 1 | -1): number => {
      let place = at
      for (let left = PAGE_ROWS; left > 0; left -= 1) place = nextRow(lines, place, step)
      return place
    }
    switch (key) {
      case "ArrowDown":
        return nextRow(lines, at, 1)
      case "ArrowUp":
        return nextRow(lines, at, -1)
      case "PageDown":
        return many(1)
      case "PageUp":
        return many(-1)
      case "Home":
        return nextRow(lines, -1, 1)
      case "End":
        return nextRow(lines, lines.length, -1)
      default:
        return null
    }
  }
  const byLetters = (event: KeyboardEvent): number | null => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return null
    const isGoingOn = event.timeStamp - typed.current.atMs < TYPED_MS
    if (event.key === " " && !isGoingOn) return null
    const text = isGoingOn ? typed.current.text + event.key : event.key
    typed.current = { text, atMs: event.timeStamp }
    return typedTo(list.lines, text, text.length > 1 ? list.at : list.at + 1)
  }
  return (event: KeyboardEvent): void => {
    const here = rowOf(event.target)?.dataset["row"]
    if (here === undefined) return
    const take = (): void => {
      event.preventDefault()
      event.stopPropagation()
    }
    const hasModifier = event.ctrlKey || event.metaKey
    if (event.key === "Delete") return take(), list.remove(here)
    if (event.key === "F2") return take(), list.rename(here)
    if (event.key === "Escape") return list.chooseNone() ? take() : undefined
    if (event.key === " " && hasModifier) return take(), list.choose(here, "one")
    if (event.key.toLowerCase() === "a" && hasModifier) return take(), list.chooseAll()
    const to = placeFor(event.key) ?? byLetters(event)
    const id = to === null ? null : row(to)
    if (event.key.length === 1 && !hasModifier && !event.altKey && event.key !== " ") take()
    if (id === null) return
    take()
    if (event.shiftKey && event.key.startsWith("Arrow")) {
      list.choose(here, "to")
      list.choose(id, "to")
    }
    list.go(id)
  }
}

/** The row that has the focus, itself or with the button of its menu, to which that gives the focus back. */
function rowOf(target: EventTarget): HTMLElement | null {
  if (!(target instanceof HTMLElement)) return null
  const row = target.closest<HTMLElement>("[data-row]")
  return row ?? target.closest("[aria-haspopup=menu]")?.closest("li")?.querySelector<HTMLElement>("[data-row]") ?? null
}
