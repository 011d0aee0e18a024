import { useLingui } from "@lingui/react/macro"
import { Keyboard, Menu, Moon, PanelRight, Sun } from "lucide-react"
import { lazy, type ReactNode, type RefObject, Suspense, useImperativeHandle, useRef, useState } from "react"
import { BottomBar, type BarItem } from "@/components/shell/bottom-bar"
import { type JumpTarget, Sidebar } from "@/components/shell/sidebar"
import type { Place } from "@/components/shell/places"
import { IconButton } from "@/components/ui/icon-button"
import { isAppleDevice, showKeys } from "@/lib/shortcuts"
import { setPreferences, usePreference } from "@/lib/preferences"
import { useMedia } from "@/lib/use-media"

export interface ShellControls {
  openShortcuts: () => void
  toggleSidebar: () => void
  nextPane: () => void
  /** Close what is open; false if nothing was. */
  closeTop: () => boolean
}

interface ShellProps {
  title: string
  place: Place
  /** What can be done here, at the end of the header. */
  actions?: ReactNode
  serverName: string
  chips: ReactNode
  banner: ReactNode
  isServerUp: boolean
  jumps: readonly JumpTarget[]
  bar: readonly BarItem[]
  currentJump: string
  currentBar: string
  onBar: (id: string) => void
  onJump: (id: string) => void
  sidebarFooter: ReactNode
  panelLabel: string
  /** Nothing where a page has none. */
  panel: ReactNode
  isPanelOpen: boolean
  onPanel: (isOpen: boolean) => void
  /** Ends the session of this browser, if it has one. */
  onSignOut: (() => void) | null
  scroller: RefObject<HTMLElement | null>
  controls: RefObject<ShellControls | null>
  children: ReactNode
}

const SettingsSheet = lazy(() =>
  import("@/components/shell/settings-sheet").then((module) => ({ default: module.SettingsSheet })),
)
const ShortcutsSheet = lazy(() =>
  import("@/components/shell/shortcuts-sheet").then((module) => ({ default: module.ShortcutsSheet })),
)

const PANES = ["[data-pane=sidebar]", "[data-pane=main]", "[data-pane=panel]"] as const

/** The frame of every page: sidebar, header, content, side panel; one column and a bar of five on a phone. */
export function Shell(props: ShellProps) {
  const { title, jumps, bar, panel, isPanelOpen, onPanel, onJump, scroller, controls, children } = props
  const { t } = useLingui()
  const isWide = useMedia("(min-width: 900px)")
  const isPanelBeside = useMedia("(min-width: 1200px)")
  const sidebar = usePreference("sidebar")
  const [isDrawerOpen, setIsDrawerOpen] = useState(false)
  const [sheet, setSheet] = useState<"settings" | "shortcuts" | null>(null)
  const isRail = isWide && sidebar === "rail"
  const isSidebarShown = isWide || isDrawerOpen
  const drawerButton = useRef<HTMLSpanElement>(null)

  const toggleSidebar = (): void => {
    if (isWide) setPreferences({ sidebar: isRail ? "wide" : "rail" })
    else setIsDrawerOpen(!isDrawerOpen)
  }
  useImperativeHandle(controls, () => ({
      openShortcuts: () => setSheet("shortcuts"),
      toggleSidebar,
      nextPane: focusNextPane,
      closeTop: () => {
        if (sheet !== null) return true
        if (isDrawerOpen) {
          setIsDrawerOpen(false)
          drawerButton.current?.querySelector("button")?.focus()
          return true
        }
        if (isPanelOpen && !isPanelBeside) {
          onPanel(false)
          return true
        }
        return false
      },
  }))
  const jump = (id: string): void => {
    setIsDrawerOpen(false)
    onJump(id)
  }

  const goByBar = (id: string): void => {
    setIsDrawerOpen(false)
    props.onBar(id)
  }

  return (
    <div className="relative flex h-dvh flex-col overflow-clip bg-canvas">
      <button
        type="button"
        onClick={() => document.querySelector<HTMLElement>("[data-pane=main]")?.focus()}
        className="absolute start-3 top-3 z-50 -translate-y-20 rounded-2 bg-accent-solid px-3 py-2 text-ui font-medium text-on-accent focus:translate-y-0"
      >
        {t`Skip to the content`}
      </button>
      <div className="flex min-h-0 flex-1">
        {isSidebarShown ? (
          <>
            {isWide ? null : (
              <button
                type="button"
                tabIndex={-1}
                aria-hidden="true"
                onClick={() => setIsDrawerOpen(false)}
                className="fixed inset-0 z-20 bg-text/30"
              />
            )}
            <div
              data-pane="sidebar"
              tabIndex={-1}
              className={`shrink-0 border-e border-border ${isRail ? "w-(--rail)" : "w-(--sidebar)"} ${isWide ? "" : "fixed inset-y-0 start-0 z-30 max-w-[85vw] shadow-2"}`}
            >
              <Sidebar
                serverName={props.serverName}
                place={props.place}
                jumps={jumps}
                currentJump={props.currentJump}
                isRail={isRail}
                isDrawer={!isWide}
                footer={props.sidebarFooter}
                isServerUp={props.isServerUp}
                onJump={jump}
                onPlace={() => setIsDrawerOpen(false)}
                onToggle={toggleSidebar}
                onSettings={() => setSheet("settings")}
              />
            </div>
          </>
        ) : null}
        <div className="flex min-w-0 flex-1 flex-col bg-surface">
          <header className="flex h-(--header) shrink-0 items-center gap-3 border-b border-border ps-3 pe-3 md:ps-5">
            {isWide ? null : (
              <span ref={drawerButton} className="contents">
                <IconButton label={t`Open the sidebar`} aria-expanded={isDrawerOpen} onClick={toggleSidebar}>
                  <Menu aria-hidden="true" className="size-5" strokeWidth={1.75} />
                </IconButton>
              </span>
            )}
            <div className="flex min-w-0 flex-1 items-center gap-3">
              <h1 className="tight shrink-0 text-body font-semibold">{title}</h1>
              {props.chips}
            </div>
            <div className="flex shrink-0 items-center gap-1">
              {props.actions}
              <ThemeButton />
              <span className="hidden sm:contents">
                <IconButton
                  label={t`Keyboard shortcuts`}
                  keys={showKeys("shortcuts", isAppleDevice()).join(" ")}
                  onClick={() => setSheet("shortcuts")}
                >
                  <Keyboard aria-hidden="true" className="size-4" strokeWidth={1.75} />
                </IconButton>
                {panel ? (
                  <IconButton
                    label={isPanelOpen ? t`Hide the side panel` : t`Show the side panel`}
                    keys={showKeys("panel", isAppleDevice()).join(" ")}
                    isOn={isPanelOpen}
                    aria-expanded={isPanelOpen}
                    onClick={() => onPanel(!isPanelOpen)}
                  >
                    <PanelRight aria-hidden="true" className="size-4 rtl:-scale-x-100" strokeWidth={1.75} />
                  </IconButton>
                ) : null}
              </span>
            </div>
          </header>
          {props.banner}
          <main
            ref={scroller}
            data-pane="main"
            tabIndex={-1}
            className="relative min-h-0 flex-1 overflow-y-auto outline-none"
          >
            {children}
          </main>
        </div>
        {isPanelOpen && panel ? (
          <aside
            data-pane="panel"
            aria-label={props.panelLabel}
            tabIndex={-1}
            className={`flex min-h-0 flex-col bg-canvas outline-none ${isPanelBeside ? "w-90 shrink-0 border-s border-border" : "panel-in fixed inset-x-0 top-(--header) bottom-14 z-20 border-border sm:inset-y-0 sm:start-auto sm:w-90 sm:border-s sm:shadow-2"}`}
          >
            {panel}
          </aside>
        ) : null}
      </div>
      <BottomBar items={bar} current={props.currentBar} onGo={goByBar} />
      <Suspense>
        {sheet === "settings" ? <SettingsSheet isOpen onSignOut={props.onSignOut} onClose={() => setSheet(null)} /> : null}
        {sheet === "shortcuts" ? <ShortcutsSheet isOpen onClose={() => setSheet(null)} /> : null}
      </Suspense>
    </div>
  )
}

function ThemeButton() {
  const { t } = useLingui()
  const theme = usePreference("theme")
  const prefersDark = useMedia("(prefers-color-scheme: dark)")
  const isDark = theme === "dark" || (theme === "system" && prefersDark)
  const Icon = isDark ? Sun : Moon
  return (
    <IconButton
      label={isDark ? t`Use the light theme` : t`Use the dark theme`}
      onClick={() => setPreferences({ theme: isDark ? "light" : "dark" })}
    >
      <Icon aria-hidden="true" className="size-4" strokeWidth={1.75} />
    </IconButton>
  )
}

function focusNextPane(): void {
  const panes = PANES.flatMap((selector) => document.querySelector<HTMLElement>(selector) ?? [])
  const at = panes.findIndex((pane) => pane.contains(document.activeElement))
  panes[(at + 1) % panes.length]?.focus()
}
