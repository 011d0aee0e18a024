import { useLingui } from "@lingui/react/macro"
import { ArrowLeftRight, Ellipsis, GitMerge, History, LogIn, Pencil, Pin, PinOff, Trash2 } from "lucide-react"
import { type ReactNode, Suspense, useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import type { Branch, Conversation } from "@/features/conversations/api/conversations"
import { send } from "@/features/conversations/api/use-act"
import { RenameBranch } from "@/features/conversations/inspector/rename-branch"
import { sayProblem } from "@/features/conversations/inspector/say-problem"
import { useOpenConversation } from "@/features/conversations/page/open"
import type { TriggerProps } from "@/components/ui/floating"
import { IconButton } from "@/components/ui/icon-button"
import { Menu } from "@/components/ui/menu"
import { MenuItem } from "@/components/ui/menu-item"
import { MenuLine } from "@/components/ui/menu-line"
import { toast } from "@/components/ui/toast"
import { lazy } from "@/lib/lazy"

const CompareDialog = lazy(() => import("@/features/conversations/compare/compare-dialog").then((m) => ({ default: m.CompareDialog })))
const MergeDialog = lazy(() => import("@/features/conversations/compare/merge-dialog").then((m) => ({ default: m.MergeDialog })))
const RollbackDialog = lazy(() => import("@/features/conversations/compare/rollback-dialog").then((m) => ({ default: m.RollbackDialog })))

interface BranchMenuProps {
  conversation: Conversation
  /** The branch that is shown. */
  branch: Branch
}

type Asked = "rename" | "compare" | "merge" | "rollback"

/** What can be done with the branch that is shown. */
export function BranchMenu({ conversation, branch }: BranchMenuProps) {
  const { t } = useLingui()
  const open = useOpenConversation()
  const [asked, setAsked] = useState<Asked | null>(null)
  const { id } = conversation
  const others = conversation.branches.filter((one) => one.id !== branch.id && one.deleted_at_ms === null)
  const isPinned = branch.pinned_at_ms !== null
  const close = (): void => setAsked(null)
  const remove = (): void => {
    const next = others.find((one) => one.id === conversation.branch_id) ?? others[0]
    if (next === undefined) return
    open.switchTo(next.id)
    void send(acts.removeBranch(id, branch.id)).then(
      () => toast({ text: t`The branch ${branch.name} was deleted.`, undo: () => void send(acts.restoreBranch(id, branch.id)).catch(sayProblem) }),
      sayProblem,
    )
  }
  return (
    <>
      <Menu
        label={t`The branch ${branch.name}`}
        align="end"
        trigger={drawTrigger}
      >
        <MenuItem icon={Pencil} onChoose={() => setAsked("rename")}>{t`Rename`}</MenuItem>
        <MenuItem icon={isPinned ? PinOff : Pin} onChoose={() => void send(acts.changeBranch(id, branch.id, { is_pinned: !isPinned })).catch(sayProblem)}>
          {isPinned ? t`Unpin` : t`Pin`}
        </MenuItem>
        <MenuItem icon={LogIn} isDisabled={conversation.branch_id === branch.id} onChoose={() => void send(acts.change(id, { branch_id: branch.id })).catch(sayProblem)}>
          {t`Open this one first`}
        </MenuItem>
        <MenuLine />
        <MenuItem icon={ArrowLeftRight} isDisabled={others.length === 0} onChoose={() => setAsked("compare")}>{t`Compare`}</MenuItem>
        <MenuItem icon={GitMerge} isDisabled={others.length === 0} onChoose={() => setAsked("merge")}>{t`Merge another in`}</MenuItem>
        <MenuItem icon={History} onChoose={() => setAsked("rollback")}>{t`Roll back`}</MenuItem>
        <MenuLine />
        <MenuItem icon={Trash2} tone="danger" isDisabled={others.length === 0} onChoose={remove}>{t`Delete`}</MenuItem>
      </Menu>
      <Suspense>
        {asked === "rename" ? <RenameBranch branch={branch} onClose={close} /> : null}
        {asked === "compare" ? <CompareDialog conversation={conversation} left={branch.id} onClose={close} /> : null}
        {asked === "merge" ? <MergeDialog conversation={conversation} branch={branch} onClose={close} /> : null}
        {asked === "rollback" ? <RollbackDialog conversationId={id} branch={branch} onClose={close} /> : null}
      </Suspense>
    </>
  )
}

function drawTrigger(props: TriggerProps): ReactNode {
  return <MenuTrigger {...props} />
}

function MenuTrigger(props: TriggerProps) {
  const { t } = useLingui()
  return (
    <IconButton {...props} label={t`What can be done with the branch`}>
      <Ellipsis aria-hidden="true" className="size-4" />
    </IconButton>
  )
}
