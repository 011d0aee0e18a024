import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import { pathQuery } from "@/features/conversations/api/branching"
import type { Branch } from "@/features/conversations/api/conversations"
import { send, useAct } from "@/features/conversations/api/use-act"
import { BranchHistory } from "@/features/conversations/compare/branch-history"
import { beginningOf, speakerOf } from "@/features/conversations/compare/words"
import { Button } from "@/components/ui/button"
import { ChoiceList } from "@/components/ui/choice-list"
import { Dialog } from "@/components/ui/dialog"
import { Notice } from "@/components/ui/notice"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { toast } from "@/components/ui/toast"

interface RollbackDialogProps {
  conversationId: string
  branch: Branch
  /** The turn it is to end in, if that is known already. */
  toId?: string
  onClose: () => void
}

/** Let a branch end in an earlier turn. What came after it stays in the tree, and where it ended is kept. */
export function RollbackDialog({ conversationId, branch, toId, onClose }: RollbackDialogProps) {
  const { t } = useLingui()
  const act = useAct()
  const [chosen, setChosen] = useState(toId ?? null)
  const path = useQuery(pathQuery(conversationId, branch.id))
  const rollBack = async (): Promise<void> => {
    if (chosen === null) return
    const done = await act.run(acts.moveBranch(conversationId, branch.id, { head_id: chosen, kind: "rollback" }))
    if (done === null) return
    const undo = (): void => void send(acts.undoMove(conversationId, branch.id)).catch(() => undefined)
    toast({ text: t`The branch ${branch.name} ends earlier now.`, undo })
    onClose()
  }
  const isReady = chosen !== null && chosen !== branch.head_id && !act.isPending
  return (
    <Dialog
      title={t`Roll back ${branch.name}`}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button look="solid" disabled={!isReady} onClick={() => void rollBack()}>
            {t`Roll back`}
          </Button>
          <Button onClick={onClose}>{t`Cancel`}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {act.problem ? <Notice tone="danger">{act.problem}</Notice> : null}
        <p className="text-ui text-text-2">
          {t`Choose the turn the branch is to end in. What came after it stays in the tree and can be brought back.`}
        </p>
        <QueryView query={path} loading={<SkeletonRows rows={4} label={t`Loading the turns`} />}>
          {({ items }) => (
            <div data-scroller className="max-h-72 overflow-y-auto">
              <ChoiceList
                items={items.toReversed().filter(({ id }) => id !== branch.head_id)}
                height={52}
                keyOf={({ id }) => id}
                chosen={chosen}
                onChoose={(id) => setChosen(id ?? null)}
                label={t`Turns, the newest first`}
              >
                {(message) => (
                  <span className="min-w-0 flex-1">
                    <bdi className="block truncate font-medium">{speakerOf(message)}</bdi>
                    <bdi className="block truncate text-caption text-text-2">{beginningOf(message)}</bdi>
                  </span>
                )}
              </ChoiceList>
            </div>
          )}
        </QueryView>
        <BranchHistory conversationId={conversationId} branch={branch} />
      </div>
    </Dialog>
  )
}
