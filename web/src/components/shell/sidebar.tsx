import { useLingui } from "@lingui/react/macro"
import { PanelLeft, Settings2 } from "lucide-react"
import type { ReactNode } from "react"
import { Avatar } from "@/components/ui/avatar"
import { Logo } from "@/components/ui/bars"
import { IconButton } from "@/components/ui/icon-button"
import { isAppleDevice, showKeys } from "@/lib/shortcuts"
import { NavItem } from "@/components/shell/nav-item"
import { PlaceItem } from "@/components/shell/place-item"
import { PLACES, type Place } from "@/components/shell/places"
import { usePlaceNames } from "@/components/shell/use-place-names"

export interface JumpTarget {
  id: string
  label: string
  aside?: ReactNode
}

interface SidebarProps {
  serverName: string
  place: Place
  jumps: readonly JumpTarget[]
  currentJump: string
  isRail: boolean
  /** Whether it lies over the page, where its button closes it. */
  isDrawer: boolean
  footer: ReactNode
  isServerUp: boolean
  onJump: (id: string) => void
  /** Told when another page was chosen. */
  onPlace: () => void
  onToggle: () => void
  onSettings: () => void
}

/** Places, then what is on this page, then money and self. A place stands here once its feature does. */
export function Sidebar(props: SidebarProps) {
  const { serverName, place, jumps, currentJump, isRail, isDrawer, footer, isServerUp, onJump, onToggle, onSettings } = props
  const { t } = useLingui()
  const names = usePlaceNames()
  const toggleName = isDrawer ? t`Close the sidebar` : isRail ? t`Widen the sidebar` : t`Narrow the sidebar`
  const toggle = (
    <IconButton label={toggleName} keys={showKeys("sidebar", isAppleDevice()).join(" ")} onClick={onToggle}>
      <PanelLeft aria-hidden="true" className="size-4 rtl:-scale-x-100" strokeWidth={1.75} />
    </IconButton>
  )
  return (
    <nav aria-label={t`Places`} className="flex h-full flex-col bg-canvas">
      <div className={`flex h-(--header) shrink-0 items-center gap-2 ${isRail ? "justify-center" : "ps-4 pe-2"}`}>
        <Logo />
        {isRail ? null : (
          <>
            <span className="tight min-w-0 flex-1 truncate text-body font-semibold">{serverName}</span>
            {toggle}
          </>
        )}
      </div>
      <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-2 py-1">
        <ul className="flex flex-col gap-0.5">
          {PLACES.map((one) => (
            <PlaceItem
              key={one}
              place={one}
              label={names[one]}
              isCurrent={one === place}
              isStop={one === place}
              isRail={isRail}
              onGo={props.onPlace}
            />
          ))}
        </ul>
        {isRail || jumps.length === 0 ? null : (
          <div>
            <p className="px-2 pb-1 text-caption font-medium text-text-3">{t`On this page`}</p>
            <ul className="flex flex-col gap-0.5">
              {jumps.map((jump) => (
                <NavItem
                  key={jump.id}
                  label={jump.label}
                  isCurrent={jump.id === currentJump}
                  aside={jump.aside}
                  onGo={() => onJump(jump.id)}
                />
              ))}
            </ul>
          </div>
        )}
      </div>
      {isRail ? null : footer}
      <div className={`flex shrink-0 items-center gap-2 border-t border-border py-2 ${isRail ? "flex-col" : "ps-4 pe-2"}`}>
        {isRail ? toggle : null}
        {isRail ? null : (
          <>
            <span className="relative">
              <Avatar kind="person" letters={t({ message: "O", comment: "Monogram of Owner" })} voice={9} />
              <span
                aria-hidden="true"
                className={`absolute -inset-e-px -bottom-px size-2.5 rounded-full border-2 border-canvas ${isServerUp ? "bg-success-mark" : "bg-danger-mark"}`}
              />
            </span>
            <span className="min-w-0 flex-1 truncate text-ui font-medium">{t`Owner`}</span>
          </>
        )}
        <IconButton label={t`Settings`} onClick={onSettings}>
          <Settings2 aria-hidden="true" className="size-4" strokeWidth={1.75} />
        </IconButton>
      </div>
    </nav>
  )
}
