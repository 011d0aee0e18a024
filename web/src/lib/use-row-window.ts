import { useVirtualizer } from "@tanstack/react-virtual"
import { useEffect, useState } from "react"

/** So many rows are cheap to draw whole, and the browser's own search finds all of them. */
const WHOLE_UP_TO = 100
const OVERSCAN = 12

export interface RowWindow {
  /** Positions of the rows to draw. */
  rows: readonly number[]
  /** Empty space that stands for the rows before and after them, in pixels. */
  before: number
  after: number
  /** Measures a row that names its position in `data-index`. */
  measure: (row: Element | null) => void
  /** Takes the element that holds the rows. */
  hold: (list: HTMLElement | null) => void
}

interface RowWindowOptions {
  count: number
  /** A row's usual height in pixels, until it is measured. */
  height: number
  /** Names the row at a position for as long as it lives. */
  keyOf: (position: number) => string
}

/** Draw only the rows near what is seen, once there are many of them. */
export function useRowWindow({ count, height, keyOf }: RowWindowOptions): RowWindow {
  const [list, setList] = useState<HTMLElement | null>(null)
  const isWhole = count <= WHOLE_UP_TO
  const offset = useOffset(isWhole ? null : list)
  // oxlint-disable-next-line react/incompatible-library -- it changes in place; the compiler leaves this hook alone
  const virtualizer = useVirtualizer({
    count,
    enabled: !isWhole,
    getScrollElement: () => scrollerOf(list),
    estimateSize: () => height,
    getItemKey: keyOf,
    overscan: OVERSCAN,
    scrollMargin: offset,
  })
  if (isWhole) {
    const rows = Array.from({ length: count }, (_, row) => row)
    return { rows, before: 0, after: 0, measure: () => undefined, hold: setList }
  }
  const items = virtualizer.getVirtualItems()
  const first = items[0]
  const last = items.at(-1)
  const total = virtualizer.getTotalSize()
  return {
    rows: items.map((item) => item.index),
    before: first ? first.start - offset : 0,
    after: last ? total - (last.end - offset) : total,
    measure: virtualizer.measureElement,
    hold: setList,
  }
}

function scrollerOf(list: HTMLElement | null): HTMLElement | null {
  return list?.closest("main") ?? null
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
