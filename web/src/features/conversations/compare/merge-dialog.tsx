import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { type FormEvent, useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import { type Diff, diffQuery } from "@/features/conversations/api/branching"
import type { Branch, Conversation } from "@/features/conversations/api/conversations"
import { textIn, useAct } from "@/features/conversations/api/use-act"
import { BridgeFields } from "@/features/conversations/compare/bridge-fields"
import { chosenTurns, type Picks } from "@/features/conversations/compare/chosen-turns"
import { MergeChoice } from "@/features/conversations/compare/merge-choice"
import { useOpenConversation } from "@/features/conversations/page/open"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Notice } from "@/components/ui/notice"
import { QueryView } from "@/components/ui/query-view"
import { Select } from "@/components/ui/select"
import { SkeletonRows } from "@/components/ui/skeleton"
import { Tabs } from "@/components/ui/tabs"
import { TextField } from "@/components/ui/text-field"

interface MergeDialogProps {
  conversation: Conversation
  /** The branch that is shown. */
  branch: Branch
  onClose: () => void
}

const FORM = "merge-branches"

/** Bring another branch into this one: by choosing turns of both, or by a message that a model writes. */
export function MergeDialog({ conversation, branch, onClose }: MergeDialogProps) {
  const { t } = useLingui()
  const open = useOpenConversation()
  const act = useAct()
  const others = conversation.branches.filter((one) => one.id !== branch.id && one.deleted_at_ms === null)
  const [otherId, setOtherId] = useState(others[0]?.id ?? branch.id)
  const [way, setWay] = useState<"choose" | "model">("choose")
  const [picks, setPicks] = useState<Picks>(new Map())
  const diff = useQuery(diffQuery(conversation.id, branch.id, otherId))
  const other = others.find(({ id }) => id === otherId)
  const chosen = diff.data ? chosenTurns(diff.data, picks) : []
  const merge = async (found: Diff, form: FormData): Promise<void> => {
    const field = (name: string): string => String(form.get(name) ?? "").trim()
    const answer = await act.run(
      way === "model"
        ? acts.bridge(conversation.id, {
            branch_id: branch.id,
            other_branch_id: otherId,
            ...(field("words") === "" ? {} : { words: field("words") }),
            ...(field("model") === "" ? {} : { model: field("model") }),
          })
        : acts.merge(conversation.id, { base: found.shared_id, messages: chosen, name: field("name"), opens: false }),
    )
    if (answer === null) return
    open.switchTo(branchIn(answer.body) ?? textIn(answer, "branch_id") ?? branch.id)
    onClose()
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    if (diff.data) void merge(diff.data, new FormData(event.currentTarget))
  }
  const isReady = !act.isPending && diff.data !== undefined && (way === "model" || chosen.length > 0)
  return (
    <Dialog
      title={t`Merge branches`}
      isOpen
      onClose={onClose}
      size="wide"
      footer={
        <>
          <Button type="submit" form={FORM} look="solid" disabled={!isReady}>
            {way === "model" ? t`Write the message` : t`Make the branch`}
          </Button>
          <Button onClick={onClose}>{t`Cancel`}</Button>
        </>
      }
    >
      <form id={FORM} onSubmit={submit} className="flex flex-col gap-5">
        {act.problem ? <Notice tone="danger">{act.problem}</Notice> : null}
        <span className="flex">
          <Select label={t`Branch to merge in`} value={otherId} onChange={setOtherId} options={others.map(({ id, name }) => ({ value: id, label: name }))} />
        </span>
        <Tabs
          label={t`How to merge`}
          tabs={[
            { id: "choose", label: t`Choose turns` },
            { id: "model", label: t`Let a model write` },
          ]}
          chosen={way}
          onChoose={setWay}
        >
          {way === "model" ? (
            <BridgeFields model={open.model} />
          ) : (
            <div className="flex flex-col gap-4">
              <TextField name="name" label={t`Name of the new branch`} initial={t`${branch.name} with ${other?.name ?? ""}`} isRequired />
              <QueryView query={diff} loading={<SkeletonRows rows={4} label={t`Comparing`} />}>
                {(found) => <MergeChoice diff={found} names={[branch.name, other?.name ?? ""]} picks={picks} onPick={setPicks} />}
              </QueryView>
            </div>
          )}
        </Tabs>
      </form>
    </Dialog>
  )
}

/** The id of the branch that an answer has in it. */
function branchIn(body: unknown): string | null {
  const branch: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "branch") : null
  const id: unknown = typeof branch === "object" && branch !== null ? Reflect.get(branch, "id") : null
  return typeof id === "string" ? id : null
}
