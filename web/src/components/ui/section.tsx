import type { ReactNode } from "react"

interface SectionProps {
  id: string
  title: string
  aside?: ReactNode
  children: ReactNode
}

/** A part of a page: a heading, a fact or control at its end, and the content. */
export function Section({ id, title, aside, children }: SectionProps) {
  return (
    <section
      id={id}
      aria-labelledby={`${id}-title`}
      tabIndex={-1}
      className="flex scroll-mt-5 flex-col gap-3 outline-offset-8"
    >
      <div className="flex min-h-(--control) flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h2 id={`${id}-title`} className="tight text-body font-semibold">
          {title}
        </h2>
        {aside ? <div className="flex min-w-0 items-center gap-2 text-ui text-text-2">{aside}</div> : null}
      </div>
      {children}
    </section>
  )
}
