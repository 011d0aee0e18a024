import { useLingui } from "@lingui/react/macro"
import { type KeyboardEvent, useId, useRef, useState } from "react"
import { Button } from "@/components/ui/button"
import { acts } from "@/features/conversations/api/acts"
import type { Message } from "@/features/conversations/api/messages"
import { useTalk } from "@/features/conversations/page/talk-context"
import { textOf } from "@/features/conversations/page/turn/turn-state"
import { partsOf } from "@/live/parts"

interface TurnEditorProps {
  message: Message
}

/** Says something else in a message's place: a version beside it, which is answered where a person said it. */
export function TurnEditor({ message }: TurnEditorProps) {
  const { t } = useLingui()
  const talk = useTalk()
  const id = useId()
  const parts = partsOf(message.content)
  const [text, setText] = useState(() => textOf(parts))
  const isAnswer = message.role === "assistant"
  const form = useRef<HTMLFormElement>(null)
  const close = (): void => {
    form.current?.closest<HTMLElement>("[data-turn]")?.focus({ preventScroll: true })
    talk.edit(null)
  }
  const send = (): void => {
    if (text.trim() === "") return
    const others = parts.filter(({ kind }) => kind !== "text")
    const said = others.length === 0 || isAnswer ? { text } : { parts: [...others.map((part) => ({ ...part })), { kind: "text", text }] }
    talk.act(acts.edit(talk.id, message.id, { ...said, branch_id: talk.branchId, answer: !isAnswer }))
    close()
  }
  const press = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    if (event.key === "Escape") close()
    else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) send()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <form
      ref={form}
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <label htmlFor={id} className="sr-only">{t`Edit the message`}</label>
      <textarea
        id={id}
        dir="auto"
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the person asked to write here
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
        className="field-sizing-content max-h-[50dvh] min-h-20 w-full resize-none rounded-3 border border-border-strong bg-raised px-3 py-2 text-body"
      />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="solid" disabled={text.trim() === ""}>
          {isAnswer ? t`Save as a version` : t`Send`}
        </Button>
        <Button onClick={close}>{t`Cancel`}</Button>
      </div>
    </form>
  )
}
