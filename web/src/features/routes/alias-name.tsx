import { useLingui } from "@lingui/react/macro"
import { useId } from "react"

interface AliasNameProps {
  value: string
  error: string | null
  onChange: (name: string) => void
}

/** Where the name of a new alias is written. */
export function AliasName({ value, error, onChange }: AliasNameProps) {
  const { t } = useLingui()
  const id = useId()
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-ui font-medium">
        {t`Name`}
      </label>
      <input
        id={id}
        name="name"
        required
        maxLength={300}
        dir="ltr"
        spellCheck={false}
        autoComplete="off"
        placeholder="fast"
        data-first-focus=""
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-note`}
        className={`quick control w-full rounded-2 border bg-raised px-3 font-mono text-ui text-text ${error ? "border-danger-mark" : "border-border-strong"}`}
      />
      <p id={`${id}-note`} className={`text-caption ${error ? "text-danger" : "text-text-2"}`}>
        {error ?? t`What callers ask for in the place of a model.`}
      </p>
    </div>
  )
}
