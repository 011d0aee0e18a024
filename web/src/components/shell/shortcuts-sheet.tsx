import { useLingui } from "@lingui/react/macro"
import { Dialog } from "@/components/ui/dialog"
import { type Action, ACTIONS, isAppleDevice, showKeys } from "@/lib/shortcuts"

interface ShortcutsSheetProps {
  isOpen: boolean
  onClose: () => void
}

/** Every shortcut of the page, from the same table that the key handler reads. */
export function ShortcutsSheet({ isOpen, onClose }: ShortcutsSheetProps) {
  const { t } = useLingui()
  const names: Record<Action, string> = {
    shortcuts: t`All shortcuts`,
    sidebar: t`Sidebar`,
    panel: t`Side panel`,
    "next-pane": t`Next part of the window`,
    stop: t`Close what is open, else stop the answer`,
    "go-today": t`Go to today`,
    "go-providers": t`Go to providers`,
    "go-connect": t`Go to the client examples`,
    "go-models": t`Go to models`,
    "go-requests": t`Go to requests`,
    "go-try": t`Try a model`,
    "go-routes": t`Go to routes`,
    "go-batches": t`Go to batches`,
    "go-files": t`Go to files`,
    "go-payloads": t`Go to the payload log`,
  }
  return (
    <Dialog title={t`Keyboard shortcuts`} isOpen={isOpen} onClose={onClose}>
      <dl className="flex flex-col gap-2">
        {ACTIONS.map((action) => (
          <div key={action} className="flex min-h-8 items-center justify-between gap-4">
            <dt className="text-ui">{names[action]}</dt>
            <dd dir="ltr" className="flex gap-1">
              {showKeys(action, isAppleDevice()).map((key) => (
                <kbd
                  key={key}
                  className="inline-grid min-w-6 place-items-center rounded-1 border border-border-strong bg-raised px-1 py-0.5 text-caption text-text-2"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
