import type { ReactNode } from "react"

interface GroupProps {
  title: string
  aside?: ReactNode
  children: ReactNode
}

/** A part of a side panel, with a hairline below it. */
export function Group({ title, aside, children }: GroupProps) {
  return (
    <section aria-label={title} className="flex flex-col gap-2 border-b border-border p-5 last:border-0">
      <div className="flex items-center justify-between gap-3">
        <h2 className="text-ui font-semibold">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  )
}
