import type { DragEvent } from "react"

/** What is dragged within the sidebar: kept here, for the browser hides it from what lies below until it is dropped. */
export type Carried =
  | { readonly kind: "conversations"; readonly ids: readonly string[] }
  | { readonly kind: "folder"; readonly id: string }

let carried: Carried | null = null

export function carry(event: DragEvent, what: Carried): void {
  carried = what
  event.dataTransfer.effectAllowed = "move"
  event.dataTransfer.setData("text/plain", what.kind === "folder" ? what.id : what.ids.join("\n"))
  event.currentTarget.addEventListener("dragend", () => (carried = null), { once: true })
}

/** What is being dragged, if it is of this page. */
export function whatIsCarried(): Carried | null {
  return carried
}
