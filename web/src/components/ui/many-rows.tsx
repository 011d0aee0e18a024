import { useVirtualizer } from "@tanstack/react-virtual"
import { type ReactNode, useEffect, useState } from "react"
import type { RowWindow, RowWindowOptions } from "@/lib/row-window"

const OVERSCAN = 12

interface ManyRowsProps extends RowWindowOptions {
  children: (window: RowWindow) => ReactNode
}

/** Draws only the rows near what is seen. Loaded where rows are many; `WindowedRows` chooses. */
export function ManyRows({ count, height, keyOf, children }: ManyRowsProps) {
  const [list, setList] = useState<HTMLElement | null>(null)
  const offset = useOffset(list)
  // oxlint-disable-next-line react/incompatible-library -- it changes in place; the compiler leaves this alone
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scrollerOf(list),
    estimateSize: () => height,
    getItemKey: keyOf,
    overscan: OVERSCAN,
    scrollMargin: offset,
  })
  const items = virtualizer.getVirtualItems()
  const first = items[0]
  const last = items.at(-1)
  const total = virtualizer.getTotalSize()
  return children({
    rows: items.map((item) => item.index),
    before: first ? first.start - offset : 0,
    after: last ? total - (last.end - offset) : total,
    measure: virtualizer.measureElement,
    hold: setList,
  })
}

function scrollerOf(list: HTMLElement | null): HTMLElement | null {
  return list?.closest<HTMLElement>("[data-scroller], main") ?? null
}

/** How far below the top of what scrolls a list starts; what stands above it may grow or shrink. */
function useOffset(list: HTMLElement | null): number {
  const [offset, setOffset] = useState(0)
  useEffect(() => {
    const scroller = scrollerOf(list)
    if (list === null || scroller === null) return undefined
    const measure = (): void => {
      const distance = list.getBoundingClientRect().top - scroller.getBoundingClientRect().top
      setOffset(Math.round(distance + scroller.scrollTop))
    }
    const observer = new ResizeObserver(measure)
    for (const part of scroller.children) observer.observe(part)
    return () => observer.disconnect()
  }, [list])
  return offset
}
