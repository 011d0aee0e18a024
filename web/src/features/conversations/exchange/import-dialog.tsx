import { useLingui } from "@lingui/react/macro"
import { Dialog } from "@/components/ui/dialog"
import { ImportPanel } from "@/features/conversations/exchange/import-panel"

/** The import, wherever one is. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  return (
    <Dialog title={t`Import conversations`} isOpen onClose={onClose} size="wide">
      <ImportPanel />
    </Dialog>
  )
}
