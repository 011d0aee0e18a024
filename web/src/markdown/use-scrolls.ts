import { useEffect, useRef, useState } from "react"

/** Whether an element holds more than it shows at its width: then it must be reachable by keyboard. */
export function useScrolls() {
  const ref = useRef<HTMLDivElement>(null)
  const [scrolls, setScrolls] = useState(false)
  useEffect(() => {
    const outer = ref.current
    const inner = outer?.firstElementChild
    if (outer === null || inner === null || inner === undefined) return undefined
    const observer = new ResizeObserver(() => setScrolls(outer.scrollWidth > outer.clientWidth))
    observer.observe(outer)
    observer.observe(inner)
    return () => observer.disconnect()
  }, [])
  return { ref, scrolls }
}
