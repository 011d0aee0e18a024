import { useLingui } from "@lingui/react/macro"
import { Outlet, useRouter } from "@tanstack/react-router"
import { Suspense, useEffect, useRef } from "react"
import { SettingsNav } from "@/features/settings/settings-nav"
import { lastPlace } from "@/lib/last-place"

/** All settings in one dialog over the last place: groups at the start edge, one page beside them. */
export function SettingsDialog() {
  const { t } = useLingui()
  const { history } = useRouter()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (dialog.current?.open) return
    dialog.current?.showModal()
    dialog.current?.focus()
  }, [])
  const close = (): void => history.push(lastPlace.get() ?? new URL(document.baseURI).pathname)
  return (
    <dialog
      ref={dialog}
      tabIndex={-1}
      aria-label={t`Settings`}
      data-shares-keys
      closedby="any"
      onClose={close}
      className="sheet m-0 size-full max-h-full max-w-full overflow-clip bg-surface p-0 shadow-2 outline-none sm:m-auto sm:h-[92dvh] sm:w-[min(96vw,82rem)] sm:rounded-4"
    >
      <div className="flex h-full min-h-0">
        <SettingsNav onClose={close} />
        <div className="flex min-w-0 flex-1 flex-col">
          <Suspense>
            <Outlet />
          </Suspense>
        </div>
      </div>
    </dialog>
  )
}
