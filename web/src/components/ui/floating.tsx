import { type ComponentProps, type ReactNode, type RefObject, useId, useState } from "react"
import { flushSync } from "react-dom"
import { placeBeside } from "@/lib/place-beside"

/** What a button needs to open a floating box: spread it over the button. */
export interface TriggerProps {
  id: string
  popoverTarget: string
  "aria-haspopup": "menu" | "dialog"
  "aria-expanded": boolean
}

interface FloatingProps extends Pick<ComponentProps<"div">, "onKeyDown" | "className"> {
  kind: "menu" | "dialog"
  label: string
  align?: "start" | "end"
  trigger: (props: TriggerProps) => ReactNode
  box: RefObject<HTMLDivElement | null>
  onOpen?: () => void
  /** Drawn only while it is open. */
  children: () => ReactNode
}

/** A box that floats beside what opened it and, on a phone, lies at the bottom; Esc and a press beside it close it. */
export function Floating(props: FloatingProps) {
  const { kind, label, align = "start", trigger, box, onOpen, onKeyDown, className = "", children } = props
  const id = useId()
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      {trigger({
        id: `${id}-anchor`,
        popoverTarget: id,
        "aria-haspopup": kind,
        "aria-expanded": isOpen,
      })}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- its role is a menu's or a dialog's */}
      <div
        ref={box}
        id={id}
        popover="auto"
        role={kind}
        aria-label={label}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        onToggle={(event) => {
          const isNowOpen = event.newState === "open"
          // Drawn at once: where it stands is a matter of how large it is with what is in it.
          flushSync(() => setIsOpen(isNowOpen))
          if (!isNowOpen) return
          place(event.currentTarget, document.getElementById(`${id}-anchor`), align)
          onOpen?.()
        }}
        className={`floating rounded-3 border border-border bg-overlay text-ui text-text shadow-2 outline-none ${className}`}
      >
        {isOpen ? children() : null}
      </div>
    </>
  )
}

/** Put an open box beside its anchor; the style sheet has it at the bottom of a phone. */
function place(box: HTMLElement, anchor: HTMLElement | null, align: "start" | "end"): void {
  if (!anchor) return
  const { left, top } = placeBeside({
    anchor: anchor.getBoundingClientRect(),
    size: { width: box.offsetWidth, height: box.offsetHeight },
    view: { width: innerWidth, height: innerHeight },
    align,
    isRtl: getComputedStyle(box).direction === "rtl",
  })
  box.style.setProperty("--left", `${left}px`)
  box.style.setProperty("--top", `${top}px`)
}
