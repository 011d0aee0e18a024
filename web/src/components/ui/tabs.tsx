import { type KeyboardEvent, type ReactNode, useId, useRef } from "react"

interface TabsProps<Id extends string> {
  label: string
  tabs: readonly { id: Id; label: string }[]
  chosen: Id
  onChoose: (id: Id) => void
  children: ReactNode
  /** Fills the height and lets the panel scroll by itself. */
  isTall?: boolean
}

/** Tabs with one tab stop and arrows inside; the panel is the children. */
export function Tabs<Id extends string>({ label, tabs, chosen, onChoose, children, isTall = false }: TabsProps<Id>) {
  const base = useId()
  const list = useRef<HTMLDivElement>(null)
  const move = (event: KeyboardEvent): void => {
    const step = stepOf(event.key, getComputedStyle(event.currentTarget).direction === "rtl")
    if (step === null) return
    event.preventDefault()
    const at = tabs.findIndex((tab) => tab.id === chosen)
    const next = step === "first" ? 0 : step === "last" ? tabs.length - 1 : (at + step + tabs.length) % tabs.length
    const tab = tabs[next]
    if (!tab) return
    onChoose(tab.id)
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[next]?.focus()
  }
  return (
    <div className={isTall ? "flex min-h-0 flex-1 flex-col" : "flex flex-col gap-3"}>
      <div
        ref={list}
        role="tablist"
        tabIndex={-1}
        aria-label={label}
        onKeyDown={move}
        className={`flex shrink-0 items-center gap-1 overflow-x-auto p-0.5 ${isTall ? "h-(--header) border-b border-border px-3" : "-m-0.5"}`}
      >
        {tabs.map((tab) => (
          <button
            key={tab.id}
            id={`${base}-${tab.id}`}
            type="button"
            role="tab"
            aria-selected={tab.id === chosen}
            aria-controls={`${base}-panel`}
            tabIndex={tab.id === chosen ? 0 : -1}
            onClick={() => onChoose(tab.id)}
            className={`quick control shrink-0 rounded-2 px-3 text-ui font-medium whitespace-nowrap ${tab.id === chosen ? "bg-active text-text" : "text-text-2 hover:bg-hover hover:text-text"}`}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div
        id={`${base}-panel`}
        role="tabpanel"
        aria-labelledby={`${base}-${chosen}`}
        className={isTall ? "flex min-h-0 flex-1 flex-col" : ""}
      >
        {children}
      </div>
    </div>
  )
}

function stepOf(key: string, isRightToLeft: boolean): number | "first" | "last" | null {
  if (key === "ArrowRight") return isRightToLeft ? -1 : 1
  if (key === "ArrowLeft") return isRightToLeft ? 1 : -1
  if (key === "Home") return "first"
  if (key === "End") return "last"
  return null
}
