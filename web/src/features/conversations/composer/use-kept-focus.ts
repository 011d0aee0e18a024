import { type RefObject, useLayoutEffect } from "react"

/** Whether the box that went last had the focus. */
let wasWriting = false

/** Who wrote in the box of the place before writes on in this one: a first message leads from one to the other. */
export function useKeptFocus(box: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const field = box.current
    // Whoever is elsewhere by now stays there.
    if (wasWriting && document.activeElement === document.body) field?.focus()
    wasWriting = false
    return () => {
      wasWriting = document.activeElement === field
    }
  }, [box])
}
