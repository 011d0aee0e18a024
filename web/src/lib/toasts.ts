/** What the page says in passing. Kept outside React, so that anything may say it. */

export interface Toast {
  /** What happened, in one sentence. */
  text: string
  /** Takes it back; offered as long as the toast stands. */
  undo?: () => void
  /** Something else to do about it, like going there. */
  action?: { label: string; run: () => void }
  tone?: "info" | "danger"
}

export interface ShownToast extends Toast {
  id: number
}

const MOST_AT_ONCE = 3

let shown: readonly ShownToast[] = []
let last = 0
const listeners = new Set<() => void>()

/** Say something for ten seconds; the oldest of more than three goes. */
export function toast(one: Toast): void {
  last += 1
  set([...shown, { ...one, id: last }].slice(-MOST_AT_ONCE))
}

/** Take a toast away. */
export function dropToast(id: number): void {
  set(shown.filter((one) => one.id !== id))
}

export function shownToasts(): readonly ShownToast[] {
  return shown
}

export function onToasts(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function set(next: readonly ShownToast[]): void {
  shown = next
  for (const listener of listeners) listener()
}
