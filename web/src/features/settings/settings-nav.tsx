import "@/features/settings/pages"
import { useLingui } from "@lingui/react/macro"
import { X } from "lucide-react"
import { useState } from "react"
import { IconButton } from "@/components/ui/icon-button"
import { SearchField } from "@/components/ui/search-field"
import { matchSettings } from "@/features/settings/match-settings"
import { useGroupNames } from "@/features/settings/use-group-names"
import { moveWithArrows } from "@/lib/roving"
import { type SettingsPage, useRegistered, useTitle } from "@/registry"
import { Link, usePlace } from "@/router"

interface SettingsNavProps {
  onClose: () => void
}

/** All pages of the settings by group, and a search over them; the whole dialog where there is no room for both. */
export function SettingsNav({ onClose }: SettingsNavProps) {
  const { t } = useLingui()
  const titleOf = useTitle()
  const groupNames = useGroupNames()
  const [words, setWords] = useState("")
  const { path } = usePlace()
  const groups = matchSettings(useRegistered("settings"), words, titleOf)
  const isOpen = path === "/settings"
  const first = groups[0]?.pages[0]
  const isCurrent = (page: SettingsPage): boolean => path === `/settings/${page.id}`
  const hasCurrent = groups.some((group) => group.pages.some(isCurrent))
  return (
    <nav
      aria-label={t`Settings`}
      data-pane="settings"
      tabIndex={-1}
      className={`${isOpen ? "flex w-full" : "hidden md:flex"} min-h-0 shrink-0 flex-col border-e border-border bg-canvas md:w-56`}
    >
      <div className="flex h-(--header) shrink-0 items-center justify-between gap-3 ps-4 pe-2">
        <h2 className="tight text-body font-semibold">{t`Settings`}</h2>
        <IconButton label={t`Close the settings`} keys="Esc" onClick={onClose}>
          <X aria-hidden="true" className="size-4" />
        </IconButton>
      </div>
      <div className="shrink-0 px-2 pb-2">
        <SearchField label={t`Search the settings`} placeholder={t`Search the settings`} value={words} onSearch={setWords} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
        {groups.length === 0 ? <p className="p-2 text-ui text-text-2">{t`No page matches “${words}”.`}</p> : null}
        <ul className="flex flex-col">
          {groups.map((group) => (
            <li key={group.id}>
              <p className="px-2 pt-3 pb-1 text-caption font-medium text-text-3">{groupNames[group.id]}</p>
              {group.pages.map((page) => (
                <Link
                  key={page.id}
                  to="/settings/$page"
                  params={{ page: page.id }}
                  data-roving
                  onKeyDown={moveWithArrows}
                  tabIndex={(hasCurrent ? isCurrent(page) : page === first) ? 0 : -1}
                  aria-current={isCurrent(page) ? "page" : undefined}
                  className={`quick flex h-(--row) items-center gap-3 rounded-2 px-2 text-ui ${isCurrent(page) ? "bg-active text-text" : "text-text-2 hover:bg-hover hover:text-text"}`}
                >
                  <page.icon aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
                  <span className="min-w-0 flex-1 truncate">{titleOf(page.title)}</span>
                </Link>
              ))}
            </li>
          ))}
        </ul>
      </div>
    </nav>
  )
}
