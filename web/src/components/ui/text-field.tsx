import { useLingui } from "@lingui/react/macro"
import { type HTMLInputTypeAttribute, type ReactNode, useId } from "react"

interface TextFieldProps {
  name: string
  label: string
  hint?: ReactNode
  /** What is wrong with it, in the server's words. */
  error?: string | null
  placeholder?: string
  initial?: string | undefined
  isRequired?: boolean
  isOptional?: boolean
  /** Written in code: addresses, names, keys. */
  isCode?: boolean
  isFirst?: boolean
  /** More than one line to write in. */
  lines?: number
  type?: HTMLInputTypeAttribute
  inputMode?: "numeric" | "decimal" | "url"
  /** What it must look like, as a regular expression. */
  pattern?: string
}

/** A field with its name above it and what it is for, or what is wrong with it, below. */
export function TextField(props: TextFieldProps) {
  const { name, label, hint, error, isOptional = false, isCode = false, lines } = props
  const { t } = useLingui()
  const id = useId()
  const noteId = `${id}-note`
  const note = error ?? hint
  const shared = {
    id,
    name,
    placeholder: props.placeholder,
    defaultValue: props.initial,
    required: props.isRequired,
    autoComplete: "off",
    spellCheck: false,
    "aria-describedby": note ? noteId : undefined,
    "aria-invalid": error ? true : undefined,
    "data-first-focus": props.isFirst ? "" : undefined,
    ...(isCode ? { dir: "ltr" as const } : {}),
    className: `quick w-full rounded-2 border bg-raised px-3 text-ui text-text ${isCode ? "font-mono" : ""} ${error ? "border-danger-mark" : "border-border-strong"} ${lines ? "py-1.5" : "control"}`,
  }
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="flex items-baseline justify-between gap-3 text-ui font-medium">
        {label}
        {isOptional ? <span className="text-caption font-normal text-text-2">{t`optional`}</span> : null}
      </label>
      {lines ? <textarea rows={lines} {...shared} /> : <input type={props.type ?? "text"} inputMode={props.inputMode} pattern={props.pattern} {...shared} />}
      {note ? (
        <p id={noteId} dir="auto" className={`text-caption wrap-anywhere ${error ? "text-danger" : "text-text-2"}`}>
          {note}
        </p>
      ) : null}
    </div>
  )
}
