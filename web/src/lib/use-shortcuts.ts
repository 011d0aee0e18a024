import { useEffect, useEffectEvent } from "react"
import { preferences } from "@/lib/preferences"
import { type Action, createShortcutReader } from "@/lib/shortcuts"

/** Run actions on their keys, anywhere on the page. */
export function useShortcuts(run: (action: Action) => void): void {
  const act = useEffectEvent(run)
  useEffect(() => {
    const read = createShortcutReader()
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return
      const action = read(
        {
          key: event.key,
          hasModifier: event.metaKey || event.ctrlKey,
          isAlt: event.altKey,
          isTyping: isTextField(event.target),
          atMs: performance.now(),
        },
        preferences().letterKeys,
      )
      if (action === null) return
      if (action !== "stop") event.preventDefault()
      act(action)
    }
    addEventListener("keydown", listen)
    return () => removeEventListener("keydown", listen)
  }, [])
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable=true]") !== null
}
