import { useLingui } from "@lingui/react/macro"
import { type ClipboardEvent, type KeyboardEvent, type RefObject } from "react"
import { preferences } from "@/lib/preferences"

interface MessageBoxProps {
  field: RefObject<HTMLTextAreaElement | null>
  text: string
  placeholder: string
  /** Of the list that is open beside the box, where one is. */
  list: { id: string; activeId: string | null } | null
  onText: (text: string, caret: number) => void
  onCaret: (caret: number) => void
  /** Returns whether the key was taken. */
  onKey: (event: KeyboardEvent<HTMLTextAreaElement>) => boolean
  onPaste?: (event: ClipboardEvent<HTMLTextAreaElement>) => void
  onSend: () => void
}

const GROWS_ITSELF = typeof CSS !== "undefined" && CSS.supports("field-sizing", "content")

/** Where a message is written. It grows with its words up to two fifths of the height. */
export function MessageBox(props: MessageBoxProps) {
  const { field, text, list, placeholder, onText, onCaret, onKey, onPaste, onSend } = props
  const { t } = useLingui()
  const box = (
    <textarea
      ref={field}
      id="message-box"
      value={text}
      dir={text === "" ? undefined : "auto"}
      rows={1}
      aria-label={t`Message`}
      aria-autocomplete={list === null ? undefined : "list"}
      aria-controls={list?.id}
      aria-activedescendant={list?.activeId ?? undefined}
      placeholder={placeholder}
      onChange={(event) => onText(event.target.value, event.target.selectionStart)}
      onSelect={(event) => onCaret(event.currentTarget.selectionStart)}
      onPaste={onPaste}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing || onKey(event) || !sends(event)) return
        event.preventDefault()
        onSend()
      }}
      className="tight max-h-[40dvh] min-h-11 w-full resize-none bg-transparent px-4 pt-3 pb-2 text-body outline-none field-sizing-content [grid-area:1/1]"
    />
  )
  if (GROWS_ITSELF) return box
  // The same words behind it, unseen, are as high as it is to be.
  return (
    <div className="grid">
      <span
        aria-hidden="true"
        className="tight invisible max-h-[40dvh] overflow-hidden px-4 pt-3 pb-2 text-body wrap-anywhere whitespace-pre-wrap [grid-area:1/1]"
      >
        {text}{" "}
      </span>
      {box}
    </div>
  )
}

/** ⌘Enter always sends; Enter and ⇧Enter send and break the line, or the other way round. */
function sends({ key, shiftKey, metaKey, ctrlKey }: KeyboardEvent): boolean {
  if (key !== "Enter") return false
  return metaKey || ctrlKey || shiftKey !== preferences().enterSends
}
