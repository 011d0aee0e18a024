import { useLingui } from "@lingui/react/macro"
import { useRef, useState } from "react"

interface TitleFieldProps {
  title: string
  /** Hears the new title; the old one where nothing was changed. */
  onDone: (title: string) => void
}

/** The title while it is changed: Enter keeps it, Esc does not. */
export function TitleField({ title, onDone }: TitleFieldProps) {
  const { t } = useLingui()
  const [text, setText] = useState(title)
  const isOver = useRef(false)
  const done = (kept: string): void => {
    if (isOver.current) return
    isOver.current = true
    onDone(kept.trim())
  }
  return (
    <input
      dir="auto"
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- the person asked to write here
      autoFocus
      aria-label={t`Title`}
      value={text}
      maxLength={300}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => done(text)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return
        event.preventDefault()
        event.stopPropagation()
        const heading = event.currentTarget.closest("header")?.querySelector("h1")
        done(event.key === "Enter" ? text : title)
        heading?.focus()
      }}
      className="control min-w-0 flex-1 rounded-2 border border-border-strong bg-raised px-2 text-body font-semibold"
    />
  )
}
