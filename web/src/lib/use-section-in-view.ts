import { useEffect, useState } from "react"

const NEAR_TOP_PX = 120

/** Follow which of some sections the reader is at: the last one whose top is near the upper edge. */
export function useSectionInView(ids: readonly string[], scroller: () => HTMLElement | null): string {
  const [current, setCurrent] = useState(ids[0] ?? "")
  const joined = ids.join(" ")
  useEffect(() => {
    const root = scroller()
    if (!root) return undefined
    const measure = (): void => {
      const line = root.getBoundingClientRect().top + NEAR_TOP_PX
      const isAtEnd = root.scrollTop > 0 && root.scrollTop + root.clientHeight >= root.scrollHeight - 2
      const names = joined.split(" ")
      const passed = names.filter((id) => {
        const section = document.getElementById(id)
        return section !== null && section.getBoundingClientRect().top <= line
      })
      setCurrent((isAtEnd ? names.at(-1) : passed.at(-1)) ?? names[0] ?? "")
    }
    measure()
    root.addEventListener("scroll", measure, { passive: true })
    return () => root.removeEventListener("scroll", measure)
  }, [joined, scroller])
  return current
}
