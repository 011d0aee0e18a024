import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { Suspense, useEffect } from "react"
import { Problem } from "@/api/problem"
import { Pages } from "@/app/pages"
import { UpdateLine } from "@/app/update-line"
import { useGoing } from "@/app/use-going"
import { toggleSidebar, useShellActions } from "@/app/use-shell-actions"
import { BottomBar } from "@/components/shell/bottom-bar"
import { drawer } from "@/components/shell/drawer"
import { overlay } from "@/components/shell/overlay"
import { focusWriting } from "@/components/shell/panes"
import { Sidebar } from "@/components/shell/sidebar"
import { useKeys } from "@/components/shell/use-keys"
import { ToastList } from "@/components/ui/toast-list"
import { statusQuery } from "@/features/house/api/queries"
import { Banner } from "@/features/house/banner"
import { SidebarSpend } from "@/features/house/sidebar-spend"
import { dropEarlyBox } from "@/lib/early-box"
import { keepApp } from "@/lib/kept-app"
import { lazy } from "@/lib/lazy"
import { usePreference } from "@/lib/preferences"
import { useMedia } from "@/lib/use-media"
import { useValue } from "@/lib/value-store"
import { usePlace } from "@/router"

const Palette = lazy(() => import("@/features/palette/palette").then((module) => ({ default: module.Palette })))
const SignIn = lazy(() => import("@/features/house/sign-in").then((module) => ({ default: module.SignIn })))
const ShortcutsDialog = lazy(() =>
  import("@/features/settings/shortcuts-dialog").then((module) => ({ default: module.ShortcutsDialog })),
)

/** The frame of every page: sidebar beside or over it, and a bar of five on a phone. */
export function Frame() {
  const { t } = useLingui()
  const { path } = usePlace()
  const status = useQuery(statusQuery())
  const isWide = useMedia("(min-width: 900px)")
  const isDrawerOpen = useValue(drawer)
  const open = useValue(overlay)
  const isRail = usePreference("sidebar") === "rail" && isWide
  useShellActions()
  useKeys()
  useGoing()

  const isIn = status.isSuccess
  // Only who is let in keeps the app: it goes again with who signs out.
  useEffect(() => {
    if (isIn) void keepApp()
  }, [isIn])
  const isWritten = path === "/" || path.startsWith("/c/")
  useEffect(() => {
    if (!isWritten) dropEarlyBox()
  }, [isWritten])
  const problem = status.error instanceof Problem ? status.error : null
  if (problem?.kind === "signed-out") {
    return (
      <Suspense>
        <SignIn onRetry={() => void status.refetch()} />
      </Suspense>
    )
  }
  return (
    <div className="relative flex h-dvh flex-col overflow-clip bg-canvas">
      <button
        type="button"
        onClick={focusWriting}
        className="absolute start-3 top-3 z-50 -translate-y-20 rounded-2 bg-accent-solid px-3 py-2 text-ui font-medium text-on-accent focus:translate-y-0"
      >
        {t`Skip to the content`}
      </button>
      <div className="flex min-h-0 flex-1">
        {isWide || isDrawerOpen ? (
          <>
            {isWide ? null : (
              <button
                type="button"
                tabIndex={-1}
                aria-hidden="true"
                onClick={() => drawer.set(false)}
                className="fixed inset-0 z-20 bg-text/30"
              />
            )}
            <div
              data-pane="sidebar"
              tabIndex={-1}
              className={`shrink-0 border-e border-border ${isRail ? "w-(--rail)" : "w-(--sidebar)"} ${isWide ? "" : "fixed inset-y-0 start-0 z-30 max-w-[85vw] shadow-2"}`}
            >
              <Sidebar
                name="Salon"
                path={path}
                isRail={isRail}
                isDrawer={!isWide}
                isServerUp={problem === null}
                spend={<SidebarSpend />}
                onToggle={toggleSidebar}
              />
            </div>
          </>
        ) : null}
        <div className="flex min-w-0 flex-1 flex-col bg-surface">
          <UpdateLine startedAtMs={status.data?.started_at_ms} />
          {path.startsWith("/settings") ? null : <Banner problem={problem} status={status.data} />}
          <div className="flex min-h-0 flex-1 flex-col">
            <Pages />
          </div>
        </div>
      </div>
      <BottomBar path={path} />
      <Suspense>
        {open === "palette" ? <Palette onClose={() => overlay.set(null)} /> : null}
        {open === "shortcuts" ? <ShortcutsDialog onClose={() => overlay.set(null)} /> : null}
      </Suspense>
      <ToastList />
    </div>
  )
}
