import { useLingui } from "@lingui/react/macro"
import type { ReactNode } from "react"
import { RailLink } from "@/components/shell/rail-link"
import { SidebarFoot } from "@/components/shell/sidebar-foot"
import { SidebarHead } from "@/components/shell/sidebar-head"
import { useRegistered, useTitle } from "@/registry"

interface SidebarProps {
  name: string
  /** The address one is at, within the app. */
  path: string
  isRail: boolean
  isDrawer: boolean
  isServerUp: boolean
  /** What stands above who looks: what was spent. */
  spend: ReactNode
  onToggle: () => void
}

/** Where one can go, what the features show beside it, and who looks; a rail of icons where that is chosen. */
export function Sidebar({ name, path, isRail, isDrawer, isServerUp, spend, onToggle }: SidebarProps) {
  const { t } = useLingui()
  const titleOf = useTitle()
  const places = useRegistered("places")
  const parts = useRegistered("sidebar")
  const isConversation = path === "/" || path.startsWith("/c/")
  const isCurrent = (place: string): boolean => (place === "/" ? isConversation : path.startsWith(place))
  const hasCurrent = places.some((place) => isCurrent(place.path))
  const toggleName = isDrawer ? t`Close the sidebar` : isRail ? t`Widen the sidebar` : t`Narrow the sidebar`
  return (
    <nav aria-label={t`Places`} className="flex h-full flex-col bg-canvas">
      <SidebarHead name={name} isRail={isRail} toggleName={toggleName} onToggle={onToggle} />
      <ul className="flex shrink-0 flex-col gap-0.5 px-2 py-3">
        {places.map((place, index) => (
          <RailLink
            key={place.id}
            path={place.path}
            label={titleOf(place.title)}
            icon={place.icon}
            isCurrent={isCurrent(place.path)}
            isStop={hasCurrent ? isCurrent(place.path) : index === 0}
            isRail={isRail}
          />
        ))}
      </ul>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        {isRail ? null : parts.map(({ id, component: Part }) => <Part key={id} />)}
      </div>
      {isRail ? null : spend}
      <SidebarFoot isRail={isRail} isServerUp={isServerUp} />
    </nav>
  )
}
