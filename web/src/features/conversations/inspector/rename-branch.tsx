import { useLingui } from "@lingui/react/macro"
import type { FormEvent } from "react"
import { acts } from "@/features/conversations/api/acts"
import type { Branch } from "@/features/conversations/api/conversations"
import { useAct } from "@/features/conversations/api/use-act"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { TextField } from "@/components/ui/text-field"

interface RenameBranchProps {
  branch: Branch
  onClose: () => void
}

/** Give a branch another name. */
export function RenameBranch({ branch, onClose }: RenameBranchProps) {
  const { t } = useLingui()
  const act = useAct()
  const rename = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const name = new FormData(event.currentTarget).get("name")
    if (typeof name !== "string" || name.trim() === "") return
    void act.run(acts.changeBranch(branch.conversation_id, branch.id, { name: name.trim() })).then((answer) => {
      if (answer !== null) onClose()
    })
  }
  return (
    <Dialog
      title={t`Rename the branch`}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button type="submit" form="rename-branch" look="solid" disabled={act.isPending}>
            {t`Rename`}
          </Button>
          <Button onClick={onClose}>{t`Cancel`}</Button>
        </>
      }
    >
      <form id="rename-branch" onSubmit={rename}>
        <TextField name="name" label={t`Name`} initial={branch.name} error={act.problem} isRequired isFirst />
      </form>
    </Dialog>
  )
}
