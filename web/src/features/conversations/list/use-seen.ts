import { useEffect, useState } from "react"
import { scrollerOf, type Seen } from "@/features/conversations/list/line-window"

const FIRST: Seen = { from: 0, to: 1_200 }
/** The window is drawn anew when it has moved by this much. */
const STEP_PX = 160

/** Which part of a list is seen, in pixels from its top; follows whatever scrolls it. */
export function useSeen(list: HTMLElement | null): Seen {
  const [seen, setSeen] = useState(FIRST)
  useEffect(() => {
    const scroller = scrollerOf(list)
    if (list === null || scroller === null) return undefined
    const look = (): void => {
      const [outer, inner] = [scroller.getBoundingClientRect(), list.getBoundingClientRect()]
      const from = Math.floor((outer.top - inner.top) / STEP_PX) * STEP_PX
      const to = Math.ceil((outer.bottom - inner.top) / STEP_PX) * STEP_PX
      setSeen((now) => (now.from === from && now.to === to ? now : { from, to }))
    }
    look()
    scroller.addEventListener("scroll", look, { passive: true })
    const observer = new ResizeObserver(look)
    observer.observe(scroller)
    for (const part of scroller.children) observer.observe(part)
    return () => {
      scroller.removeEventListener("scroll", look)
      observer.disconnect()
    }
  }, [list])
  return seen
}
