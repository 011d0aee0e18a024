import { Search } from "lucide-react"
import type { ComponentProps } from "react"

interface SearchFieldProps extends Omit<ComponentProps<"input">, "className" | "type" | "onChange" | "value"> {
  label: string
  value: string
  onSearch: (text: string) => void
}

/** Where words to look for are written. */
export function SearchField({ label, value, onSearch, ...rest }: SearchFieldProps) {
  return (
    <label className="quick control flex w-full max-w-full items-center gap-2 rounded-2 border border-border-strong bg-raised px-2 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus">
      <Search aria-hidden="true" className="size-4 shrink-0 text-text-2" strokeWidth={1.75} />
      <input
        {...rest}
        type="search"
        value={value}
        onChange={(event) => onSearch(event.target.value)}
        aria-label={label}
        className="min-w-0 flex-1 bg-transparent text-ui text-text outline-none"
      />
    </label>
  )
}
