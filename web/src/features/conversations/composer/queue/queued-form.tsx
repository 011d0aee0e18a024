import { useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { Button } from "@/components/ui/button"

interface QueuedFormProps {
  words: string
  /** Told of the new words, or null to leave them. */
  onDone: (words: string | null) => void
}

/** Where a message that waits is changed. */
export function QueuedForm({ words, onDone }: QueuedFormProps) {
  const { t } = useLingui()
  const [text, setText] = useState(words)
  const isEmpty = text.trim() === ""
  return (
    <form
      className="flex flex-col gap-1"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isEmpty) onDone(text.trim())
      }}
    >
      <textarea
        value={text}
        dir="auto"
        rows={2}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it takes the place of the button that was pressed
        autoFocus
        aria-label={t`Waiting message`}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) event.currentTarget.form?.requestSubmit()
          if (event.key !== "Escape") return
          event.preventDefault()
          event.stopPropagation()
          onDone(null)
        }}
        className="max-h-[20dvh] w-full resize-none rounded-2 border border-border-strong bg-raised px-3 py-2 text-ui field-sizing-content"
      />
      <span className="flex justify-end gap-1">
        <Button onClick={() => onDone(null)}>{t`Leave it as it is`}</Button>
        <Button look="outline" type="submit" disabled={isEmpty}>{t`Keep the change`}</Button>
      </span>
    </form>
  )
}
