import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { PanelRight } from "lucide-react"
import { type ReactNode, type RefObject, useRef } from "react"
import { Problem } from "@/api/problem"
import { IconButton } from "@/components/ui/icon-button"
import { statusQuery } from "@/features/house/api/queries"
import { Banner } from "@/features/house/banner"
import { HeaderChips } from "@/features/house/header-chips"
import { SettingsHeader } from "@/features/settings/settings-header"
import { useMedia } from "@/lib/use-media"
import { isAppleDevice, showKeys } from "@/lib/shortcuts"
import { useAction, useRegistered, useTitle } from "@/registry"

interface HouseFrameProps {
  /** The page's id among the settings. */
  place: string
  actions?: ReactNode
  panelLabel: string
  /** Nothing where a page has none. */
  panel: ReactNode
  isPanelOpen: boolean
  /** Whether the panel tells of one thing of the list and goes with Esc, or stands for itself. */
  isPanelOfOne?: boolean
  onPanel: (isOpen: boolean) => void
  scroller?: RefObject<HTMLElement | null>
  children: ReactNode
}

/** What the pages of the house share within the settings: the head, what concerns the server, and a side panel. */
export function HouseFrame(props: HouseFrameProps) {
  const { place, panel, isPanelOpen, isPanelOfOne = true, onPanel } = props
  const { t } = useLingui()
  const titleOf = useTitle()
  const page = useRegistered("settings").find((one) => one.id === place)
  const status = useQuery(statusQuery())
  const isPanelBeside = useMedia("(min-width: 1200px)")
  const ownScroller = useRef<HTMLElement>(null)
  const problem = status.error instanceof Problem ? status.error : null
  useAction({
    id: "side-panel",
    title: () => t`Side panel`,
    keys: ["mod+."],
    when: () => Boolean(panel),
    run: () => onPanel(!isPanelOpen),
  })
  useAction({
    id: "close-side-panel",
    title: () => t`Hide the side panel`,
    keys: ["Escape"],
    when: () => Boolean(panel) && isPanelOpen && (isPanelOfOne || !isPanelBeside),
    run: () => onPanel(false),
  })
  return (
    <>
      <SettingsHeader
        title={page ? titleOf(page.title) : ""}
        aside={place === "gateway" ? <HeaderChips status={status.data} isUp={problem === null} /> : null}
        actions={
          <>
            {props.actions}
            {panel ? (
              <IconButton
                label={isPanelOpen ? t`Hide the side panel` : t`Show the side panel`}
                keys={showKeys("mod+.", isAppleDevice()).join(" ")}
                isOn={isPanelOpen}
                aria-expanded={isPanelOpen}
                onClick={() => onPanel(!isPanelOpen)}
              >
                <PanelRight aria-hidden="true" className="size-4 rtl:-scale-x-100" strokeWidth={1.75} />
              </IconButton>
            ) : null}
          </>
        }
      />
      <Banner problem={problem} status={status.data} />
      <div className="relative flex min-h-0 flex-1">
        <main
          ref={props.scroller ?? ownScroller}
          data-pane="main"
          tabIndex={-1}
          className="relative min-h-0 min-w-0 flex-1 overflow-y-auto"
        >
          {props.children}
        </main>
        {isPanelOpen && panel ? (
          <aside
            data-pane="panel"
            aria-label={props.panelLabel}
            tabIndex={-1}
            className={`flex min-h-0 flex-col bg-canvas ${isPanelBeside ? "w-90 shrink-0 border-s border-border" : "panel-in absolute inset-0 z-20 border-border sm:start-auto sm:w-90 sm:border-s sm:shadow-2"}`}
          >
            {panel}
          </aside>
        ) : null}
      </div>
    </>
  )
}
