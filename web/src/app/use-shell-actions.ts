import { useLingui } from "@lingui/react/macro"
import { useNavigate } from "@tanstack/react-router"
import { drawer } from "@/components/shell/drawer"
import { overlay } from "@/components/shell/overlay"
import { focusNextPane } from "@/components/shell/panes"
import { preferences, setPreferences } from "@/lib/preferences"
import { useAction } from "@/registry"

/** Widen or narrow the sidebar; open or close it where it lies over the page. */
export function toggleSidebar(): void {
  if (!matchMedia("(min-width: 900px)").matches) drawer.set(!drawer.get())
  else setPreferences({ sidebar: preferences().sidebar === "rail" ? "wide" : "rail" })
}

function closeDrawer(): void {
  drawer.set(false)
  document.querySelector<HTMLElement>("[data-drawer-button] button")?.focus()
}

/** What can be done anywhere. */
export function useShellActions(): void {
  const { t } = useLingui()
  const navigate = useNavigate()
  useAction({
    id: "new-conversation",
    title: () => t`New conversation`,
    keys: ["n", "mod+n"],
    run: () => void navigate({ to: "/" }),
  })
  useAction({ id: "palette", title: () => t`Search or run…`, keys: ["mod+k"], run: () => overlay.set("palette") })
  useAction({ id: "shortcuts", title: () => t`All shortcuts`, keys: ["mod+/", "?"], run: () => overlay.set("shortcuts") })
  useAction({ id: "sidebar", title: () => t`Sidebar`, keys: ["mod+b"], run: toggleSidebar })
  useAction({ id: "next-pane", title: () => t`Next part of the window`, keys: ["F6"], run: focusNextPane })
  useAction({
    id: "close-sidebar",
    title: () => t`Close the sidebar`,
    keys: ["Escape"],
    when: () => drawer.get(),
    run: closeDrawer,
  })
}
