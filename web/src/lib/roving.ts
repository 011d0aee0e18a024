import type { KeyboardEvent } from "react"

/** A list is one tab stop: on each of its items, this moves the focus to its neighbours with the arrows. */
export function moveWithArrows(event: KeyboardEvent<HTMLElement>): void {
  const list = event.currentTarget.closest("ul, tbody")
  const items = [...(list?.querySelectorAll<HTMLElement>("[data-roving]") ?? [])]
  const at = items.indexOf(event.currentTarget)
  const next = nextPlace(event.key, at, items.length)
  if (at < 0 || next === null) return
  event.preventDefault()
  items[next]?.focus()
}

/** The place a key leads to, or null if it leads nowhere; a list does not wrap around. */
export function nextPlace(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return Math.min(at + 1, count - 1)
    case "ArrowUp":
      return Math.max(at - 1, 0)
    case "Home":
      return 0
    case "End":
      return count - 1
    default:
      return null
  }
}
