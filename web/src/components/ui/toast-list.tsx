import { useEffect, useRef, useSyncExternalStore } from "react"
import { createPortal } from "react-dom"
import { ToastView } from "@/components/ui/toast-view"
import { onToasts, shownToasts } from "@/lib/toasts"

/** The toasts, above everything: within the dialog that is open, for what is outside it is out of reach. */
export function ToastList() {
  const toasts = useSyncExternalStore(onToasts, shownToasts)
  const list = useRef<HTMLDivElement>(null)
  const count = toasts.length
  useEffect(() => {
    // Shown anew, it is the topmost again.
    if (count > 0 && !list.current?.matches(":popover-open")) list.current?.showPopover()
  }, [count])
  const host = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body
  return createPortal(
    <div
      ref={list}
      popover="manual"
      role="status"
      className="toasts fixed inset-x-0 top-auto bottom-20 mx-auto flex w-fit max-w-full flex-col gap-2 bg-transparent px-4 sm:bottom-6"
    >
      {toasts.map((one) => (
        <ToastView key={one.id} toast={one} />
      ))}
    </div>,
    host,
  )
}
