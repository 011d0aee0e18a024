import { useEffect, useLayoutEffect, useRef } from "react"
import type { Action } from "@/registry/feature"
import { goActions } from "@/registry/going"
import { registered } from "@/registry/registry"

/** The actions of what is on the page now; the last that came is asked first. */
const mounted: Action[] = []

/** What is on the page, in the order in which it came: what is always there, then the page, then its parts. */
export function actionsHere(): readonly Action[] {
  return mounted
}

/** Everything that can be done now: what is on the page, what features registered, and where one can go. */
export function currentActions(): readonly Action[] {
  const all = [...mounted.toReversed(), ...registered("actions"), ...goActions()]
  return all.filter((action) => action.when?.() !== false)
}

/** Offer an action, by its keys and in the palette, while a component is there. Its id and keys do not change. */
export function useAction(action: Action): void {
  // The palette reads it while it draws, which an effect event does not allow.
  const latest = useRef(action)
  useLayoutEffect(() => {
    latest.current = action
  })
  const { id, keys } = action
  const written = keys?.join("\n")
  useEffect(() => {
    const own: Action = {
      id,
      title: () => latest.current.title(),
      keywords: () => latest.current.keywords?.() ?? "",
      run: () => latest.current.run(),
      when: () => latest.current.when?.() !== false,
      ...(written === undefined ? {} : { keys: written.split("\n") }),
      ...(latest.current.icon ? { icon: latest.current.icon } : {}),
      ...(latest.current.order === undefined ? {} : { order: latest.current.order }),
    }
    mounted.push(own)
    return () => void mounted.splice(mounted.indexOf(own), 1)
  }, [id, written])
}
