import { Suspense } from "react"
import { NoSettings } from "@/features/settings/no-settings"
import { SettingsHeader } from "@/features/settings/settings-header"
import { useRegistered, useTitle } from "@/registry"
import { useParam } from "@/router"

/** The page of the settings that the address names, as its feature brought it. */
export function SettingsPageView() {
  const id = useParam("/settings/$page")
  const titleOf = useTitle()
  const page = useRegistered("settings").find((one) => one.id === id)
  const Content = page?.component
  if (!page || !Content) return <NoSettings />
  return (
    <>
      <SettingsHeader title={titleOf(page.title)} />
      <main data-pane="main" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-(--col) flex-col gap-8 px-4 py-6 sm:px-6">
          <Suspense>
            <Content />
          </Suspense>
        </div>
      </main>
    </>
  )
}
