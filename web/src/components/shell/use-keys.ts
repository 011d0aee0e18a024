import { useEffect } from "react"
import { overlay } from "@/components/shell/overlay"
import { forgetTypedAhead, typeAhead } from "@/components/shell/typed-ahead"
import { preferences } from "@/lib/preferences"
import { createShortcutReader } from "@/lib/shortcuts"
import { actionFor } from "@/registry/keys"

/** Run actions on their keys, anywhere on the page but behind a dialog. */
export function useKeys(): void {
  useEffect(() => {
    const read = createShortcutReader()
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isCovered()) return
      const binding = read(
        {
          key: event.key,
          hasModifier: event.metaKey || event.ctrlKey,
          isShift: event.shiftKey,
          isAlt: event.altKey,
          isTyping: isTextField(event.target),
          atMs: performance.now(),
        },
        preferences().letterKeys,
      )
      const action = binding === null ? null : actionFor(binding)
      if (action === null) return
      event.preventDefault()
      action.run()
    }
    addEventListener("keydown", waitForOverlay, true)
    addEventListener("keydown", listen)
    return () => {
      removeEventListener("keydown", waitForOverlay, true)
      removeEventListener("keydown", listen)
    }
  }, [])
}

/** What is typed while something is still being loaded that was asked for is meant for it, and not for what has the focus. */
function waitForOverlay(event: KeyboardEvent): void {
  const asked = overlay.get()
  if (asked === null || document.querySelector(asked === "palette" ? "[data-palette]:modal" : "dialog:modal") !== null) return
  if (event.key === "Escape") {
    overlay.set(null)
    forgetTypedAhead()
  } else if (asked !== "palette" || (event.key !== "Enter" && !typeAhead(event))) return
  event.preventDefault()
  event.stopImmediatePropagation()
}

/** Whether something lies over the page that has the keys to itself: a menu, or a dialog that does not share them. */
function isCovered(): boolean {
  if (overlay.get() !== null) return true
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1)
  const isShared = dialog?.hasAttribute("data-shares-keys") ?? true
  return !isShared || document.querySelector("[popover=auto]:popover-open") !== null
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable=true]") !== null
}
