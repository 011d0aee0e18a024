import { Link } from "@tanstack/react-router"
import { PLACE_ICONS, type Place } from "@/components/shell/places"
import { moveWithArrows } from "@/lib/roving"

interface PlaceItemProps {
  place: Place
  label: string
  isCurrent: boolean
  /** Whether it is the tab stop of its list. */
  isStop: boolean
  isRail: boolean
  onGo: () => void
}

/** A page in the sidebar: a link, so that it opens in another tab too. */
export function PlaceItem({ place, label, isCurrent, isStop, isRail, onGo }: PlaceItemProps) {
  const Icon = PLACE_ICONS[place]
  const look = isCurrent ? "bg-active text-text" : "text-text-2 hover:bg-hover hover:text-text"
  return (
    <li>
      <Link
        to={place}
        data-roving
        tabIndex={isStop ? 0 : -1}
        onKeyDown={moveWithArrows}
        onClick={onGo}
        aria-current={isCurrent ? "page" : undefined}
        title={isRail ? label : undefined}
        className={`quick flex h-(--row) w-full items-center gap-3 rounded-2 text-ui font-medium ${isRail ? "justify-center" : "px-2"} ${look}`}
      >
        <Icon aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
        {isRail ? <span className="sr-only">{label}</span> : <span className="min-w-0 flex-1 truncate">{label}</span>}
      </Link>
    </li>
  )
}
