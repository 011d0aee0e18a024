import { useEffect, useEffectEvent, useState } from "react"

/** Whether the inspector is open; ⌘. (Ctrl+. elsewhere) opens and closes it. Kept while the app is. */
export function useInspected(): readonly [boolean, (isOpen: boolean) => void] {
  const [isOpen, set] = useState(wasOpen)
  const setOpen = (next: boolean): void => {
    wasOpen = next
    set(next)
  }
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "." || !(event.metaKey || event.ctrlKey) || event.altKey || event.defaultPrevented) return
    event.preventDefault()
    setOpen(!isOpen)
  })
  useEffect(() => {
    addEventListener("keydown", press)
    return () => removeEventListener("keydown", press)
  }, [])
  return [isOpen, setOpen]
}

let wasOpen = false
