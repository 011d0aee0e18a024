import { useLingui } from "@lingui/react/macro"
import { type KeyboardEvent, Suspense, useEffect, useRef, useState } from "react"
import { Button } from "@/components/ui/button"
import { AddMenu } from "@/features/conversations/composer/attachments/add-menu"
import { FilesHere } from "@/features/conversations/composer/attachments/files-here"
import { useFiles } from "@/features/conversations/composer/attachments/use-files"
import { MessageBox } from "@/features/conversations/composer/message-box"
import { QueueHere } from "@/features/conversations/composer/queue/queue-here"
import { RefusedHere } from "@/features/conversations/composer/refused-here"
import { isSomething } from "@/features/conversations/composer/send-body"
import { SendButtons } from "@/features/conversations/composer/send-buttons"
import { TokenCount } from "@/features/conversations/composer/token-count"
import { withoutTrigger } from "@/features/conversations/composer/trigger"
import { useIsAnswering } from "@/features/conversations/composer/use-answering"
import { useEditing } from "@/features/conversations/composer/use-editing"
import { useKeptFocus } from "@/features/conversations/composer/use-kept-focus"
import { usePanel } from "@/features/conversations/composer/use-panel"
import { useSending } from "@/features/conversations/composer/use-sending"
import { useWho } from "@/features/conversations/composer/use-who"
import { useWords } from "@/features/conversations/composer/use-words"
import { VoiceButton } from "@/features/conversations/composer/voice/voice-button"
import { WaitingLine } from "@/features/conversations/composer/waiting-line"
import type { OpenConversation } from "@/features/conversations/page/open"
import { ModelButton } from "@/features/models/picker"
import { lazy } from "@/lib/lazy"
import { useDraft } from "@/live/hooks"
import { NEW } from "@/live/instance"

const ListPanel = lazy(() => import("@/features/conversations/composer/list-panel").then((module) => ({ default: module.ListPanel })))

interface ComposerProps {
  /** The conversation in which is spoken; null begins one. */
  conversation: OpenConversation | null
  /** What begins is in the memory of the server alone. */
  isTemporary?: boolean
}

/** Where a message is written and sent, to one model or to several side by side. */
export function Composer(props: ComposerProps) {
  return <ComposerOf key={props.conversation?.id ?? NEW} {...props} />
}

function ComposerOf({ conversation, isTemporary = false }: ComposerProps) {
  const { t } = useLingui()
  const box = useRef<HTMLTextAreaElement>(null)
  const focus = (): void => box.current?.focus()
  useKeptFocus(box)
  const [draft, store] = useDraft(conversation?.id ?? NEW)
  // Sent while the page was still getting ready: it goes as soon as it can, unless it is changed first.
  const [isHasty, setHasty] = useState(false)
  const [text, setText] = useWords(draft, store, focus, () => setHasty(true))
  const who = useWho(conversation, draft, store)
  const isAnswering = useIsAnswering(conversation)
  const editing = useEditing(conversation, draft, store)
  const sending = useSending(conversation, store, isTemporary)
  const files = useFiles(store, (words) => {
    setText([store.view().text.trimEnd(), words].filter(Boolean).join("\n\n"))
    focus()
  })
  const panel = usePanel(text)
  const { trigger } = panel.open ?? { trigger: null }
  const said = { text, attachments: draft.attachments }
  const canSend = isSomething(said) && draft.isRead && draft.files.length === 0 && who.models.length > 0
  const [first = null] = who.models
  const send = (): void => {
    if (!canSend) {
      setHasty(isSomething(said) && !(draft.isRead && who.isKnown))
      return
    }
    sending.send(who.models, editing.messageId)
    panel.close()
    focus()
  }
  useEffect(() => {
    if (!isHasty || !canSend) return
    // oxlint-disable-next-line react/set-state-in-effect -- it is sent once
    setHasty(false)
    send()
    // oxlint-disable-next-line react/exhaustive-deps -- what stands there when it can be sent
  }, [isHasty, canSend])
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    if (panel.take(event)) return true
    if (event.key === "ArrowUp" && !isSomething(said) && text === "" && editing.messageId === null) {
      editing.begin()
      return true
    }
    if (event.key !== "Escape" || editing.messageId === null) return false
    event.preventDefault()
    event.stopPropagation()
    editing.end()
    return true
  }
  const chooseModels = (models: string[], isDone: boolean): void => {
    who.choose(models)
    if (trigger !== null) setText(withoutTrigger(text, trigger))
    if (trigger === null && !isDone) return
    panel.close()
    focus()
  }
  return (
    <section aria-label={t`Write a message`} className="mx-auto w-full max-w-(--composer)">
      <WaitingLine />
      {conversation === null ? null : <QueueHere conversation={conversation} />}
      <RefusedHere conversationId={conversation?.id ?? null} store={store} onTakenBack={focus} />
      {sending.problem === null ? null : (
        <p role="alert" dir="auto" className="mb-2 px-3 text-ui text-danger">
          {sending.problem}
        </p>
      )}
      {editing.messageId === null ? null : (
        <p className="mb-1 flex items-center justify-between gap-2 ps-3 text-ui text-text-2">
          {t`You change your last message. What you send stands beside it.`}
          <Button size="small" onClick={editing.end}>{t`Leave it as it is`}</Button>
        </p>
      )}
      <div className="relative">
        {panel.open === null ? null : (
          <Suspense>
            <ListPanel
              panel={panel}
              models={who.models}
              onModels={chooseModels}
              onPrompt={(words) => {
                setText(trigger === null ? words : withoutTrigger(text, trigger, words))
                panel.close()
                focus()
              }}
              onLeft={focus}
            />
          </Suspense>
        )}
        <form
          onSubmit={(event) => {
            event.preventDefault()
            send()
          }}
          className="relative rounded-4 border border-border-strong bg-raised shadow-1 has-[#message-box:focus-visible]:outline-2 has-[#message-box:focus-visible]:outline-offset-2 has-[#message-box:focus-visible]:outline-focus"
        >
          {files.isOver ? (
            <p className="absolute inset-0 z-(--z-sticky) grid place-items-center rounded-4 border-2 border-dashed border-accent bg-accent-soft text-ui font-medium text-accent">
              {t`Drop it here`}
            </p>
          ) : null}
          <FilesHere draft={draft} store={store} onGone={focus} />
          <MessageBox
            field={box}
            text={text}
            placeholder={first === null ? t`Write a message` : t`Message ${first}`}
            list={panel.open?.trigger ? { id: panel.listId, activeId: panel.activeId } : null}
            onText={(words, caret) => {
              setHasty(false)
              setText(words)
              panel.setCaret(caret)
            }}
            onCaret={panel.setCaret}
            onKey={onKey}
            onPaste={files.paste}
            onSend={send}
          />
          <div className="flex items-center gap-1 ps-2 pe-2 pb-2">
            <AddMenu onFiles={files.add} />
            <VoiceButton
              onText={(words) => setText([store.view().text.trimEnd(), words].filter(Boolean).join(" "))}
            />
            <span className="flex-1" />
            <TokenCount text={text} conversation={conversation} model={first} />
            <ModelButton models={who.models} isOpen={panel.open?.kind === "models"} onClick={panel.toggleModels} />
            <SendButtons
              isAnswering={isAnswering}
              canSend={canSend}
              hasWords={isSomething(said) || draft.files.length > 0}
              isEditing={editing.messageId !== null}
              onStop={() => conversation?.stop()}
            />
          </div>
        </form>
      </div>
    </section>
  )
}
