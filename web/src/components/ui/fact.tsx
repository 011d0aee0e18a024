import type { ReactNode } from "react"

interface FactProps {
  label: string
  children: ReactNode
}

/** One fact of a list: its name at the start, what it is at the end. Stands in a `dl`. */
export function Fact({ label, children }: FactProps) {
  return (
    <div className="flex min-h-(--row) items-baseline justify-between gap-4 py-1">
      <dt className="shrink-0 text-ui text-text-2">{label}</dt>
      <dd className="tabular min-w-0 text-end text-ui wrap-anywhere">{children}</dd>
    </div>
  )
}
