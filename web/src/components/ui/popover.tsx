import { type ReactNode, useRef } from "react"
import { Floating, type TriggerProps } from "@/components/ui/floating"

interface PopoverProps {
  label: string
  align?: "start" | "end"
  trigger: (props: TriggerProps) => ReactNode
  /** What stands in it; hears how to close it. */
  children: (close: () => void) => ReactNode
}

/** A small box with controls beside the button that opens it; what has `data-first-focus` gets the focus. */
export function Popover({ label, align = "start", trigger, children }: PopoverProps) {
  const box = useRef<HTMLDivElement>(null)
  return (
    <Floating
      kind="dialog"
      label={label}
      align={align}
      trigger={trigger}
      box={box}
      onOpen={() => (box.current?.querySelector<HTMLElement>("[data-first-focus]") ?? box.current)?.focus()}
      className="max-h-[70dvh] max-w-100 overflow-y-auto p-4"
    >
      {() => children(() => box.current?.hidePopover())}
    </Floating>
  )
}
