import type { ReactNode } from "react"

interface FieldListProps {
  children: ReactNode
}

/** Short fields beside each other where there is room for two. */
export function FieldList({ children }: FieldListProps) {
  return <div className="grid grid-cols-2 items-end gap-3">{children}</div>
}
