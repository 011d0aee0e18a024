import { Suspense, useEffect, useRef, useState, useSyncExternalStore } from "react"
import { createPortal } from "react-dom"
import { lazy } from "@/lib/lazy"
import { onToasts, shownToasts } from "@/lib/toasts"

const ToastView = lazy(() => import("@/components/ui/toast-view").then((module) => ({ default: module.ToastView })))

/**
 * The toasts, above everything, under the header: the bottom is the box's, and a keyboard's on a phone. They are
 * within the dialog that is open, for what is outside it is out of reach.
 */
export function ToastList() {
  const toasts = useSyncExternalStore(onToasts, shownToasts)
  const list = useRef<HTMLDivElement>(null)
  const count = toasts.length
  const host = useTopHost(count > 0)
  useEffect(() => {
    const box = list.current
    // In the host of now, and shown anew, it is the topmost again.
    if (count > 0 && host.isConnected && box?.isConnected && !box.matches(":popover-open")) box.showPopover()
  }, [count, host])
  return createPortal(
    <div
      ref={list}
      popover="manual"
      role="status"
      className="toasts fixed inset-x-0 top-[calc(var(--header)+var(--sp-4))] bottom-auto mx-auto flex w-fit max-w-full flex-col gap-2 bg-transparent px-4"
    >
      <Suspense>
        {toasts.map((one) => (
          <ToastView key={one.id} toast={one} />
        ))}
      </Suspense>
    </div>,
    host,
  )
}

/** The dialog that is open, else the page: also when that dialog goes while toasts stand in it. */
function useTopHost(isWatched: boolean): Element {
  const [host, setHost] = useState<Element>(document.body)
  useEffect(() => {
    if (!isWatched) return undefined
    const look = (): void => setHost([...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body)
    look()
    const observer = new MutationObserver(look)
    observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ["open"] })
    return () => observer.disconnect()
  }, [isWatched])
  return host
}
