import { Fragment, type ReactNode, type RefCallback } from "react"
import { Gap } from "@/components/ui/gap"
import { WindowedRows } from "@/components/ui/windowed-rows"

/** Where a row stands among all of its list, drawn or not. */
export interface RowPlace {
  position: number
  count: number
  /** Whether it is the tab stop of its list: the chosen row, else the first one drawn. */
  isStop: boolean
}

interface RowListProps<Item> {
  items: readonly Item[]
  /** A row's usual height in pixels, until it is measured. */
  height: number
  keyOf: (item: Item) => string
  isChosen?: (item: Item) => boolean
  label?: string
  isWide?: boolean
  /** Draws a row; the last thing it is given goes on its `li`, beside its position in `data-index`. */
  children: (item: Item, place: RowPlace, measure: RefCallback<HTMLLIElement>) => ReactNode
}

/** A list of rows, one tab stop; only those near what is seen are drawn once they are many. */
export function RowList<Item>({ items, height, keyOf, isChosen, label, isWide = false, children }: RowListProps<Item>) {
  const keyAt = (position: number): string => {
    const item = items[position]
    return item === undefined ? String(position) : keyOf(item)
  }
  return (
    <WindowedRows count={items.length} height={height} keyOf={keyAt}>
      {({ rows, before, after, measure, hold }) => {
        const drawn = rows.flatMap((position) => {
          const item = items[position]
          return item === undefined ? [] : [{ position, item }]
        })
        const stop = drawn.find(({ item }) => isChosen?.(item)) ?? drawn[0]
        return (
          <ul ref={hold} aria-label={label} className={`flex flex-col ${isWide ? "-mx-3" : ""}`}>
            <Gap as="li" height={before} />
            {drawn.map((row) => (
              <Fragment key={keyOf(row.item)}>
                {children(row.item, { position: row.position, count: items.length, isStop: row === stop }, measure)}
              </Fragment>
            ))}
            <Gap as="li" height={after} />
          </ul>
        )
      }}
    </WindowedRows>
  )
}
