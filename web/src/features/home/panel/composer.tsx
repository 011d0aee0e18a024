import { useLingui } from "@lingui/react/macro"
import { ArrowUp, Square } from "lucide-react"
import { type RefObject, useState } from "react"
import type { Model } from "@/api/types"
import { IconButton } from "@/components/ui/icon-button"
import { ModelSelect } from "@/features/house/model-select"

interface ComposerProps {
  field: RefObject<HTMLTextAreaElement | null>
  models: readonly Model[]
  model: string
  onModel: (model: string) => void
  isWriting: boolean
  onSend: (text: string) => void
  onStop: () => void
}

/** Where a message is written: Enter sends, Shift and Enter make a new line. */
export function Composer({ field, models, model, onModel, isWriting, onSend, onStop }: ComposerProps) {
  const { t } = useLingui()
  const [text, setText] = useState("")
  const send = (): void => {
    if (text.trim() === "" || isWriting) return
    onSend(text.trim())
    setText("")
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
      className="m-3 flex shrink-0 flex-col rounded-4 border border-border-strong bg-raised p-2 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus"
    >
      <textarea
        ref={field}
        value={text}
        dir={text === "" ? undefined : "auto"}
        rows={1}
        aria-label={t`Message`}
        placeholder={t`Message ${model}`}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          send()
        }}
        className="tight max-h-[40dvh] min-h-10 resize-none bg-transparent px-2 py-2 text-body outline-none field-sizing-content"
      />
      <div className="flex items-center justify-between gap-2">
        <ModelSelect models={models} model={model} onModel={onModel} isQuiet />
        {isWriting ? (
          <IconButton look="solid" label={t`Stop the answer`} keys="Esc" onClick={onStop}>
            <Square aria-hidden="true" className="size-3.5 fill-current" />
          </IconButton>
        ) : (
          <IconButton look="solid" type="submit" label={t`Send`} keys="Enter" disabled={text.trim() === ""}>
            <ArrowUp aria-hidden="true" className="size-4" />
          </IconButton>
        )}
      </div>
    </form>
  )
}
