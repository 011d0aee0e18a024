import { ChevronsUpDown } from "lucide-react"

interface SelectProps<Value extends string> {
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange: (value: Value) => void
  isQuiet?: boolean
}

/** A native select in our clothes: right on every device, for every assistive tool. */
export function Select<Value extends string>({ label, value, options, onChange, isQuiet = false }: SelectProps<Value>) {
  const look = isQuiet
    ? "border-transparent bg-transparent text-text-2 hover:bg-hover hover:text-text"
    : "border-border-strong bg-raised text-text hover:bg-hover"
  return (
    <span className="relative inline-flex max-w-full min-w-0 items-center">
      <select
        aria-label={label}
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value)
          if (chosen) onChange(chosen.value)
        }}
        className={`quick control min-w-0 max-w-full appearance-none field-sizing-content truncate rounded-2 border ps-3 pe-8 text-ui font-medium ${look}`}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} className="bg-overlay text-text">
            {option.label}
          </option>
        ))}
      </select>
      <ChevronsUpDown aria-hidden="true" className="pointer-events-none absolute inset-e-2 size-3.5 text-text-2" />
    </span>
  )
}
