import { useLingui } from "@lingui/react/macro"
import { Command, LayoutPanelLeft, PanelLeft, SquarePen } from "lucide-react"
import { drawer } from "@/components/shell/drawer"
import { overlay } from "@/components/shell/overlay"
import { focusNextPane } from "@/components/shell/panes"
import { preferences, setPreferences } from "@/lib/preferences"
import { useAction } from "@/registry"
import { navigate } from "@/router"

/** Widen or narrow the sidebar; open or close it where it lies over the page. */
export function toggleSidebar(): void {
  if (!matchMedia("(min-width: 900px)").matches) drawer.set(!drawer.get())
  else setPreferences({ sidebar: preferences().sidebar === "rail" ? "wide" : "rail" })
}

function closeDrawer(): void {
  drawer.set(false)
  document.querySelector<HTMLElement>("[data-drawer-button] button")?.focus()
}

const FIRST = 0
const LAST = 90

/** What can be done anywhere. */
export function useShellActions(): void {
  "use no memo"
  const { t } = useLingui()
  useAction({
    id: "new-conversation",
    title: () => t`New conversation`,
    icon: SquarePen,
    order: FIRST,
    keys: ["n", "mod+n"],
    run: () => navigate({ to: "/" }),
  })
  useAction({ id: "palette", title: () => t`Search or run…`, keys: ["mod+k"], run: () => overlay.set("palette") })
  useAction({ id: "shortcuts", title: () => t`All shortcuts`, icon: Command, order: LAST, keys: ["mod+/", "?"], run: () => overlay.set("shortcuts") })
  useAction({ id: "sidebar", title: () => t`Sidebar`, icon: PanelLeft, order: LAST, keys: ["mod+b"], run: toggleSidebar })
  useAction({ id: "next-pane", title: () => t`Next part of the window`, icon: LayoutPanelLeft, order: LAST, keys: ["F6"], run: focusNextPane })
  useAction({
    id: "close-sidebar",
    title: () => t`Close the sidebar`,
    keys: ["Escape"],
    when: () => drawer.get(),
    run: closeDrawer,
  })
}
