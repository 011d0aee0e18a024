import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { type FormEvent, useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import { messageQuery } from "@/features/conversations/api/branching"
import type { Message } from "@/features/conversations/api/messages"
import { textIn, useAct } from "@/features/conversations/api/use-act"
import { ModelField } from "@/features/conversations/compare/model-field"
import { ReplayProgress } from "@/features/conversations/compare/replay-progress"
import { speakerOf, wordsOf } from "@/features/conversations/compare/words"
import { useOpenConversation } from "@/features/conversations/page/open"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Notice } from "@/components/ui/notice"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { TextField } from "@/components/ui/text-field"

interface WhatIfDialogProps {
  /** The message of the shown branch from which on it is to be another. */
  messageId: string
  onClose: () => void
}

const FORM = "what-if"

/** Say one earlier thing otherwise, or ask another model, and have what followed answered again on a branch of its own. */
export function WhatIfDialog({ messageId, onClose }: WhatIfDialogProps) {
  const { t } = useLingui()
  const open = useOpenConversation()
  const act = useAct()
  const message = useQuery(messageQuery(open.id, messageId))
  const [replayId, setReplayId] = useState<string | null>(null)
  const replay = async (said: Message, form: FormData): Promise<void> => {
    const answer = await act.run(acts.whatIf(open.id, bodyOf(said, form, open.branchId)))
    const branchId = textIn(answer, "branch_id")
    if (branchId === null) return
    setReplayId(branchId)
    open.switchTo(branchId)
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    if (message.data) void replay(message.data, new FormData(event.currentTarget))
  }
  return (
    <Dialog
      title={t`What if`}
      isOpen
      onClose={onClose}
      footer={
        replayId === null ? (
          <>
            <Button type="submit" form={FORM} look="solid" disabled={act.isPending || message.data === undefined}>
              {t`Replay from here`}
            </Button>
            <Button onClick={onClose}>{t`Cancel`}</Button>
          </>
        ) : (
          <Button onClick={onClose}>{t`Close`}</Button>
        )
      }
    >
      {replayId === null ? (
        <QueryView query={message} loading={<SkeletonRows rows={3} label={t`Loading the message`} />}>
          {(said) => (
            <form id={FORM} onSubmit={submit} className="flex flex-col gap-4">
              {act.problem ? <Notice tone="danger">{act.problem}</Notice> : null}
              <p className="text-ui text-text-2">
                {t`What was said after this is answered again on a new branch. This one stays as it is.`}
              </p>
              <TextField name="text" label={t`What ${speakerOf(said)} says`} initial={wordsOf(said)} lines={5} isFirst />
              <ModelField initial={null} none={t`The same models as before`} />
              <TextField name="temperature" label={t`Temperature`} inputMode="decimal" pattern="[0-9]*[.]?[0-9]+" isOptional />
              <TextField name="name" label={t`Name of the new branch`} isOptional />
            </form>
          )}
        </QueryView>
      ) : (
        <ReplayProgress conversationId={open.id} branchId={replayId} />
      )}
    </Dialog>
  )
}

type WhatIf = Parameters<typeof acts.whatIf>[1]

/** Only what is another is said: the rest stays as it was. */
function bodyOf(said: Message, form: FormData, branchId: string): WhatIf {
  const field = (name: string): string => String(form.get(name) ?? "").trim()
  const text = String(form.get("text") ?? "")
  const temperature = field("temperature")
  return {
    message_id: said.id,
    branch_id: branchId,
    ...(text === wordsOf(said) || text.trim() === "" ? {} : { text }),
    ...(field("model") === "" ? {} : { model: field("model") }),
    ...(field("name") === "" ? {} : { name: field("name") }),
    ...(temperature === "" ? {} : { settings: { parameters: { temperature: Number(temperature) } } }),
  }
}
