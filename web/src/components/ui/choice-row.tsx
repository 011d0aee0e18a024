import type { ReactNode, Ref } from "react"
import type { RowPlace } from "@/components/ui/row-list"
import { moveWithArrows } from "@/lib/roving"

interface ChoiceRowProps {
  ref: Ref<HTMLLIElement>
  place: RowPlace
  isChosen: boolean
  onChoose: () => void
  children: ReactNode
}

/** A row of a list that is chosen as a whole: the chosen one has the tinted ground and the bar. */
export function ChoiceRow({ ref, place, isChosen, onChoose, children }: ChoiceRowProps) {
  return (
    <li
      ref={ref}
      data-index={place.position}
      aria-posinset={place.position + 1}
      aria-setsize={place.count}
      className="border-b border-border last:border-0"
    >
      <button
        type="button"
        data-roving
        tabIndex={place.isStop ? 0 : -1}
        onKeyDown={moveWithArrows}
        aria-pressed={isChosen}
        onClick={onChoose}
        className={`quick relative flex min-h-13 w-full items-center gap-3 rounded-2 px-3 py-2 text-start text-ui -outline-offset-2 ${isChosen ? "bg-selected" : "hover:bg-hover"}`}
      >
        {isChosen ? (
          <span aria-hidden="true" className="absolute inset-y-3 start-0 w-[3px] rounded-full bg-accent" />
        ) : null}
        {children}
      </button>
    </li>
  )
}
