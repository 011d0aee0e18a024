import "@/features/settings/pages"
import { useLingui } from "@lingui/react/macro"
import { Dialog } from "@/components/ui/dialog"
import { Keys } from "@/features/settings/keys-view"
import { listedKeys } from "@/features/settings/listed-keys"
import { liveKeysOf } from "@/registry/keys"
import { useTitle } from "@/registry"
import { Link } from "@/router"

interface ShortcutsDialogProps {
  onClose: () => void
}

/** Every key that does something, from the same tables that the key handlers read. */
export function ShortcutsDialog({ onClose }: ShortcutsDialogProps) {
  const { t } = useLingui()
  const titleOf = useTitle()
  const lines = listedKeys().filter((one) => liveKeysOf(one).length > 0)
  return (
    <Dialog title={t`Keyboard shortcuts`} isOpen onClose={onClose}>
      <dl className="flex flex-col gap-1">
        {lines.map((action) => (
          <div key={action.id} className="flex min-h-8 items-center justify-between gap-4">
            <dt className="text-ui">{titleOf(action.title)}</dt>
            <dd className="flex gap-3">
              {liveKeysOf(action).map((keys) => (
                <Keys key={keys} keys={keys} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="pt-4 text-ui text-text-2">
        <Link
          to="/settings/$page"
          params={{ page: "shortcuts" }}
          onClick={onClose}
          className="text-accent underline underline-offset-2 hover:text-accent-hover"
        >
          {t`Change the shortcuts`}
        </Link>
      </p>
    </Dialog>
  )
}
