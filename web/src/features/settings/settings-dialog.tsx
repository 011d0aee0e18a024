import { useLingui } from "@lingui/react/macro"
import { type ReactNode, Suspense, useEffect, useRef } from "react"
import { SettingsNav } from "@/features/settings/settings-nav"
import { lastPlace } from "@/lib/last-place"
import { goTo } from "@/router"

interface SettingsDialogProps {
  /** The page that is open in it. */
  children: ReactNode
}

/** All settings in one dialog over the last place: groups at the start edge, one page beside them. */
export function SettingsDialog({ children }: SettingsDialogProps) {
  const { t } = useLingui()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (dialog.current?.open) return
    dialog.current?.showModal()
    dialog.current?.focus()
  }, [])
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
            {children}
          </Suspense>
        </div>
      </div>
    </dialog>
  )
}

function close(): void {
  goTo(lastPlace.get() ?? "/")
}
