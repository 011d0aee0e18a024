import { useId } from "react"

interface NumberFieldProps {
  label: string
  name: string
  value: string
  /** How fine it may be; whole numbers unless said. */
  step?: "any"
  error: string | null
  onChange: (value: string) => void
}

/** A short field for a number that is not negative. */
export function NumberField({ label, name, value, step, error, onChange }: NumberFieldProps) {
  const id = useId()
  return (
    <span className="flex w-20 flex-col gap-1">
      <label htmlFor={id} className="text-caption font-medium text-text-2">
        {label}
      </label>
      <input
        id={id}
        name={name}
        type="number"
        min={0}
        step={step}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-note` : undefined}
        className={`quick control tabular w-full rounded-2 border bg-raised px-2 text-ui text-text ${error ? "border-danger-mark" : "border-border-strong"}`}
      />
      {error ? (
        <span id={`${id}-note`} dir="auto" className="text-caption wrap-anywhere text-danger">
          {error}
        </span>
      ) : null}
    </span>
  )
}
