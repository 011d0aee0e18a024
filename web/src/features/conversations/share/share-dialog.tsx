import { useLingui } from "@lingui/react/macro"
import { useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import { sharesKey } from "@/features/conversations/api/branching"
import { useAct } from "@/features/conversations/api/use-act"
import { type MadeLink, madeIn } from "@/features/conversations/share/made-link"
import { type ShareKind, ShareForm } from "@/features/conversations/share/share-form"
import { ShareLink } from "@/features/conversations/share/share-link"
import { ShareList } from "@/features/conversations/share/share-list"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Notice } from "@/components/ui/notice"

interface ShareDialogProps {
  conversationId: string
  /** The branch that is shown. */
  branchId: string
  /** The turn it was asked for, if it is to end there. */
  messageId?: string
  onClose: () => void
}

/** Make a link to the conversation as it is now, and see and revoke those that were made. */
export function ShareDialog({ conversationId, branchId, messageId, onClose }: ShareDialogProps) {
  const { t } = useLingui()
  const queries = useQueryClient()
  const act = useAct()
  const [kind, setKind] = useState<ShareKind>(messageId === undefined ? "branch" : "path")
  const [days, setDays] = useState(0)
  const [made, setMade] = useState<MadeLink | null>(null)
  const share = async (): Promise<void> => {
    const answer = await act.run(
      acts.share(conversationId, {
        kind,
        ...(kind === "branch" ? { branch_id: branchId } : {}),
        ...(kind === "path" && messageId !== undefined ? { message_id: messageId } : {}),
        ...(days === 0 ? {} : { expires_in_s: days * 86_400 }),
      }),
    )
    if (answer === null) return
    setMade(madeIn(answer.body))
    await queries.invalidateQueries({ queryKey: sharesKey })
  }
  return (
    <Dialog title={t`Share`} isOpen onClose={onClose}>
      <div className="flex flex-col gap-5">
        {act.problem ? <Notice tone="danger">{act.problem}</Notice> : null}
        {made === null ? (
          <>
            <ShareForm kind={kind} onKind={setKind} days={days} onDays={setDays} hasTurn={messageId !== undefined} />
            <span>
              <Button look="solid" disabled={act.isPending} onClick={() => void share()}>
                {t`Make the link`}
              </Button>
            </span>
          </>
        ) : (
          <ShareLink made={made} onAnother={() => setMade(null)} />
        )}
        <ShareList conversationId={conversationId} />
      </div>
    </Dialog>
  )
}
