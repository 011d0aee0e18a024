import type { ReactNode } from "react"
import { ChoiceRow } from "@/components/ui/choice-row"
import { RowList } from "@/components/ui/row-list"

interface ChoiceListProps<Item> {
  items: readonly Item[]
  /** A row's usual height in pixels, until it is measured. */
  height: number
  keyOf: (item: Item) => string
  chosen: string | null | undefined
  /** Hears which row is chosen now; undefined when the chosen one was let go. */
  onChoose: (key: string | undefined) => void
  label: string
  /** Draws what stands in a row. */
  children: (item: Item) => ReactNode
}

/** A list of rows of which one may be chosen; to choose it again lets it go. */
export function ChoiceList<Item>({ items, height, keyOf, chosen, onChoose, label, children }: ChoiceListProps<Item>) {
  const isChosen = (item: Item) => keyOf(item) === chosen
  return (
    <RowList items={items} height={height} keyOf={keyOf} isChosen={isChosen} label={label}>
      {(item, place, measure) => (
        <ChoiceRow
          ref={measure}
          place={place}
          isChosen={isChosen(item)}
          onChoose={() => onChoose(isChosen(item) ? undefined : keyOf(item))}
        >
          {children(item)}
        </ChoiceRow>
      )}
    </RowList>
  )
}
