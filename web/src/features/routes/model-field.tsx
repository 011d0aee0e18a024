import { useId } from "react"

/** The names that can be written, for the browser to propose. */
export const MODEL_LIST = "known-models"

interface ModelFieldProps {
  label: string
  name: string
  value: string
  error: string | null
  /** Whether it has the focus when its form opens. */
  isFirst: boolean
  onChange: (value: string) => void
}

/** A field for a model's name; the browser proposes those that are known. */
export function ModelField({ label, name, value, error, isFirst, onChange }: ModelFieldProps) {
  const id = useId()
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-ui font-medium">
        {label}
      </label>
      <input
        id={id}
        name={name}
        list={MODEL_LIST}
        required
        data-first-focus={isFirst ? "" : undefined}
        dir="ltr"
        spellCheck={false}
        autoComplete="off"
        placeholder="openai/gpt-5-mini"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-note` : undefined}
        className={`quick control w-full rounded-2 border bg-raised px-3 font-mono text-ui text-text ${error ? "border-danger-mark" : "border-border-strong"}`}
      />
      {error ? (
        <p id={`${id}-note`} dir="auto" className="text-caption wrap-anywhere text-danger">
          {error}
        </p>
      ) : null}
    </div>
  )
}
