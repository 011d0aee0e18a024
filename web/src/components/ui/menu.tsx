import { type KeyboardEvent, type ReactNode, useRef } from "react"
import { Floating, type TriggerProps } from "@/components/ui/floating"
import { createTypeahead, nextInMenu } from "@/lib/menu-keys"

interface MenuProps {
  label: string
  align?: "start" | "end"
  trigger: (props: TriggerProps) => ReactNode
  /** `MenuItem` and `MenuLine`. */
  children: ReactNode
}

/** A list of acts beside the button that opens it: arrows, Home, End, first letters, Esc. */
export function Menu({ label, align = "start", trigger, children }: MenuProps) {
  const box = useRef<HTMLDivElement>(null)
  const typed = useRef(createTypeahead())
  const items = (): HTMLElement[] => [
    ...(box.current?.querySelectorAll<HTMLElement>("[role^=menuitem]:not(:disabled)") ?? []),
  ]
  const move = (event: KeyboardEvent): void => {
    const all = items()
    const at = all.findIndex((item) => item === document.activeElement)
    const names = all.map((item) => item.textContent)
    const next = nextInMenu(event.key, at, all.length) ?? typed.current(event.key, names, at, event.timeStamp)
    if (event.key === "Tab") box.current?.hidePopover()
    if (next === null || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    all[next]?.focus()
  }
  return (
    <Floating
      kind="menu"
      label={label}
      align={align}
      trigger={trigger}
      box={box}
      onOpen={() => items()[0]?.focus()}
      onKeyDown={move}
      className="max-h-[70dvh] min-w-44 overflow-y-auto p-1"
    >
      {() => children}
    </Floating>
  )
}
