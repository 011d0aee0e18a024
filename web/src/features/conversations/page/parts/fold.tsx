import { ChevronRight, type LucideIcon } from "lucide-react"
import { type ReactNode, useId, useState } from "react"

interface FoldProps {
  Icon: LucideIcon
  title: ReactNode
  /** At the end of the line. */
  aside?: ReactNode
  isFailed?: boolean
  look?: "line" | "box"
  children: ReactNode
}

/** One line that opens to show the rest; what is folded is not drawn. */
export function Fold({ Icon, title, aside, isFailed = false, look = "line", children }: FoldProps) {
  const [isOpen, setIsOpen] = useState(false)
  const id = useId()
  const box = look === "box" ? "rounded-3 border border-border bg-raised px-3 py-1" : "-mx-2 rounded-2 px-2"
  return (
    <div className="my-1 min-w-0">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setIsOpen(!isOpen)}
        className={`quick flex min-h-(--control) max-w-full items-center gap-2 text-start text-ui hover:bg-hover ${isFailed ? "text-danger" : "text-text-2 hover:text-text"} ${look === "box" ? "w-full" : ""} ${box}`}
      >
        <Icon aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
        <span className="min-w-0 flex-1 truncate">{title}</span>
        {aside ? <span className="tabular shrink-0 text-caption">{aside}</span> : null}
        <ChevronRight
          aria-hidden="true"
          className={`size-4 shrink-0 transition-transform duration-(--t-1) ${isOpen ? "rotate-90" : "rtl:-scale-x-100"}`}
          strokeWidth={1.75}
        />
      </button>
      <div id={id} hidden={!isOpen} className="mt-1 border-s-2 border-border ps-3">
        {isOpen ? children : null}
      </div>
    </div>
  )
}
