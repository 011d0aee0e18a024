import { useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { useAction } from "@/registry"

/** Whether the inspector is open; kept while the app is. */
export function useInspected(): readonly [boolean, (isOpen: boolean) => void] {
  const { t } = useLingui()
  const [isOpen, set] = useState(wasOpen)
  const setOpen = (next: boolean): void => {
    wasOpen = next
    set(next)
  }
  useAction({ id: "inspector", title: () => t`Inspector`, keys: ["mod+."], run: () => setOpen(!isOpen) })
  return [isOpen, setOpen]
}

let wasOpen = false
