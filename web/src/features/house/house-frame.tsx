import { useLingui } from "@lingui/react/macro"
import { useMutation, useQuery } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { Menu, MessageSquareText } from "lucide-react"
import { type ReactNode, type RefObject, useRef } from "react"
import { Problem } from "@/api/problem"
import { signOut } from "@/api/sign-out"
import { BAR_PLACES, PLACE_ICONS, PLACES, type Place } from "@/components/shell/places"
import { Shell, type ShellControls } from "@/components/shell/shell"
import type { JumpTarget } from "@/components/shell/sidebar"
import { usePlaceNames } from "@/components/shell/use-place-names"
import { statusQuery } from "@/features/house/api/queries"
import { Banner } from "@/features/house/banner"
import { HeaderChips } from "@/features/house/header-chips"
import { SidebarSpend } from "@/features/house/sidebar-spend"
import { SignIn } from "@/features/house/sign-in"
import type { Action } from "@/lib/shortcuts"
import { useShortcuts } from "@/lib/use-shortcuts"

const MORE = "more"
const TRY = "try"

/** The parts of a long page, to jump to. */
interface Parts {
  jumps: readonly JumpTarget[]
  current: string
  onJump: (id: string) => void
}

/** Trying a model, where a page has that. */
interface Trial {
  isOpen: boolean
  onToggle: () => void
}

interface HouseFrameProps {
  place: Place
  actions?: ReactNode
  parts?: Parts
  trial?: Trial
  panelLabel: string
  panel: ReactNode
  isPanelOpen: boolean
  onPanel: (isOpen: boolean) => void
  scroller?: RefObject<HTMLElement | null>
  /** Does what a shortcut means here; false if it means nothing here. */
  onAction?: (action: Action) => boolean
  children: ReactNode
}

/** What all pages of the house share: its state, who looks, where one can go, and the keys. */
export function HouseFrame(props: HouseFrameProps) {
  const { place, parts, trial, isPanelOpen, onPanel, onAction } = props
  const { t } = useLingui()
  const names = usePlaceNames()
  const navigate = useNavigate()
  const status = useQuery(statusQuery())
  // The next answer of the status says who looks now, here as in every other tab.
  const leave = useMutation({ ...signOut(), onSettled: () => void status.refetch() })
  const ownScroller = useRef<HTMLElement>(null)
  const scroller = props.scroller ?? ownScroller
  const controls = useRef<ShellControls>(null)

  useShortcuts((action: Action) => {
    if (action === "shortcuts") return controls.current?.openShortcuts()
    if (action === "sidebar") return controls.current?.toggleSidebar()
    if (action === "panel") return props.panel ? onPanel(!isPanelOpen) : undefined
    if (action === "next-pane") return controls.current?.nextPane()
    if (action === "stop") {
      if (!controls.current?.closeTop()) onAction?.(action)
      return undefined
    }
    if (onAction?.(action)) return undefined
    const name = action.replace("go-", "")
    const found = PLACES.find((one) => one === `/${name}`)
    return void navigate(found ? { to: found } : { to: "/", hash: name })
  })

  const bar = [
    ...BAR_PLACES.map((one) => ({ id: one, label: names[one], Icon: PLACE_ICONS[one] })),
    { id: TRY, label: t`Try it`, Icon: MessageSquareText },
    { id: MORE, label: t`More`, Icon: Menu },
  ]
  const goByBar = (id: string): void => {
    if (id === MORE) return controls.current?.toggleSidebar()
    if (id === TRY) return trial ? trial.onToggle() : void navigate({ to: "/", hash: TRY })
    if (id !== place) return void navigate({ to: PLACES.find((one) => one === id) ?? "/" })
    onPanel(false)
    scroller.current?.scrollTo({ top: 0 })
  }
  const problem = status.error instanceof Problem ? status.error : null
  if (problem?.kind === "signed-out") return <SignIn onRetry={() => void status.refetch()} />
  return (
    <Shell
      title={names[place]}
      place={place}
      actions={props.actions}
      serverName="Salon"
      isServerUp={problem === null}
      chips={place === "/" ? <HeaderChips status={status.data} isUp={problem === null} /> : null}
      banner={<Banner problem={problem} status={status.data} />}
      jumps={parts?.jumps ?? []}
      bar={bar}
      currentJump={parts?.current ?? ""}
      currentBar={trial?.isOpen ? TRY : BAR_PLACES.includes(place) ? place : MORE}
      onBar={goByBar}
      onJump={parts?.onJump ?? (() => undefined)}
      sidebarFooter={<SidebarSpend status={status.data} />}
      panelLabel={props.panelLabel}
      panel={props.panel}
      isPanelOpen={isPanelOpen}
      onPanel={onPanel}
      onSignOut={status.data?.has_session ? () => leave.mutate() : null}
      scroller={scroller}
      controls={controls}
    >
      {props.children}
    </Shell>
  )
}
