import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { diffQuery } from "@/features/conversations/api/branching"
import type { Conversation } from "@/features/conversations/api/conversations"
import { BranchPair } from "@/features/conversations/compare/branch-pair"
import { DiffView } from "@/features/conversations/compare/diff-view"
import { Dialog } from "@/components/ui/dialog"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"

interface CompareDialogProps {
  conversation: Conversation
  /** The branch that is shown. */
  left: string
  onClose: () => void
}

/** Two branches of a conversation beside each other. */
export function CompareDialog({ conversation, left: shown, onClose }: CompareDialogProps) {
  const { t } = useLingui()
  const branches = conversation.branches.filter((one) => one.deleted_at_ms === null)
  const [left, setLeft] = useState(shown)
  const [right, setRight] = useState(branches.find(({ id }) => id !== shown)?.id ?? shown)
  const diff = useQuery(diffQuery(conversation.id, left, right))
  const nameOf = (id: string): string => branches.find((one) => one.id === id)?.name ?? id
  return (
    <Dialog title={t`Compare branches`} isOpen onClose={onClose} size="wide">
      <div className="flex flex-col gap-5">
        <BranchPair branches={branches} left={left} right={right} onLeft={setLeft} onRight={setRight} />
        <QueryView query={diff} loading={<SkeletonRows rows={5} label={t`Comparing`} />}>
          {(found) => <DiffView diff={found} left={nameOf(left)} right={nameOf(right)} />}
        </QueryView>
      </div>
    </Dialog>
  )
}
