import { type RefObject, useLayoutEffect, useRef } from "react"

/** The button of a menu that was loaded because it is wanted: it opens as soon as it is there. */
export function useOpenAtOnce(): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null)
  const wasOpened = useRef(false)
  // Before the browser draws: the box is measured when it opens, and has to be whole by then.
  useLayoutEffect(() => {
    if (wasOpened.current) return
    wasOpened.current = true
    button.current?.focus()
    button.current?.click()
  }, [])
  return button
}
