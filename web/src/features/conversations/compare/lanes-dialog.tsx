import { useLingui } from "@lingui/react/macro"
import { acts } from "@/features/conversations/api/acts"
import type { Message } from "@/features/conversations/api/messages"
import { useAct } from "@/features/conversations/api/use-act"
import { Lanes } from "@/features/conversations/compare/lanes"
import { leafOf } from "@/features/conversations/page/acts/leaf"
import { useOpenConversation } from "@/features/conversations/page/open"
import { Dialog } from "@/components/ui/dialog"
import { Notice } from "@/components/ui/notice"

interface LanesDialogProps {
  message: Message
  onClose: () => void
}

/** Versions of an answer side by side; the branch goes on from the one that is picked. */
export function LanesDialog({ message, onClose }: LanesDialogProps) {
  const { t } = useLingui()
  const open = useOpenConversation()
  const act = useAct()
  const pick = async (id: string): Promise<void> => {
    const leaf = await leafOf(open.id, id)
    if ((await act.run(acts.moveBranch(open.id, open.branchId, { head_id: leaf, kind: "switch" }))) !== null) onClose()
  }
  return (
    <Dialog title={t`Side by side`} isOpen onClose={onClose} size="full">
      {act.problem ? <Notice tone="danger">{act.problem}</Notice> : null}
      <Lanes message={message} onPick={(id) => void pick(id)} />
    </Dialog>
  )
}
