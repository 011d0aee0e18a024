import { useEffect } from "react"
import { overlay } from "@/components/shell/overlay"
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
    addEventListener("keydown", listen)
    return () => removeEventListener("keydown", listen)
  }, [])
}

/** Whether something lies over the page that has the keys to itself: a menu, or a dialog that does not share them. */
function isCovered(): boolean {
  // The palette may still be loading: what is typed meanwhile is meant for it.
  if (overlay.get() !== null) return true
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1)
  const isShared = dialog?.hasAttribute("data-shares-keys") ?? true
  return !isShared || document.querySelector("[popover=auto]:popover-open") !== null
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable=true]") !== null
}
