import { useSyncExternalStore } from "react"

/** Whether the sidebar lies over the page, where there is no room beside it. */
let isOpen = false
const listeners = new Set<() => void>()

export function setDrawer(next: boolean): void {
  isOpen = next
  for (const listener of listeners) listener()
}

export function isDrawerOpen(): boolean {
  return isOpen
}

export function useDrawer(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, isDrawerOpen)
}
