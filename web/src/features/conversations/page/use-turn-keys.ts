import { useEffect, useEffectEvent } from "react"
import { type TurnActs, useActsOf } from "@/features/conversations/page/acts/use-turn-acts"
import type { Line } from "@/features/conversations/page/lines"
import type { Talk } from "@/features/conversations/page/talk-context"
import type { Windower } from "@/features/conversations/page/window/windower"
import { preferences } from "@/lib/preferences"

interface Keys {
  talk: Talk
  lines: readonly Line[]
  windower: Windower
  isEditing: boolean
}

/** Single keys: J and K go from turn to turn, the others act on the one in focus, else on the last. */
export function useTurnKeys({ talk, lines, windower, isEditing }: Keys): void {
  const acts = useActsOf(talk)
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.shiftKey || isEditing) return
    if (!preferences().letterKeys || isElsewhere(event.target)) return
    const focused = document.activeElement?.closest<HTMLElement>("[data-turn]")?.dataset["turn"]
    const at = lines.findIndex(({ key }) => key === focused)
    const key = event.key.toLowerCase()
    if (key === "j" || key === "k") {
      event.preventDefault()
      const from = at < 0 ? windower.view().top + (key === "j" ? -1 : 1) : at
      go(windower, lines[Math.min(lines.length - 1, Math.max(0, from + (key === "j" ? 1 : -1)))])
      return
    }
    const isArrow = key === "arrowleft" || key === "arrowright"
    const { message } = lines[isArrow || at >= 0 ? at : lines.length - 1] ?? { message: null }
    if (message === null || !act(key, acts, talk, message)) return
    event.preventDefault()
  })
  useEffect(() => {
    addEventListener("keydown", press)
    return () => removeEventListener("keydown", press)
  }, [])
}

function act(key: string, acts: TurnActs, talk: Talk, message: NonNullable<Line["message"]>): boolean {
  const isMirrored = document.documentElement.dir === "rtl"
  switch (key) {
    case "e":
      talk.edit(message.id)
      return true
    case "r":
      acts.regenerate(message)
      return true
    case "c":
      acts.copy(message)
      return true
    case "b":
      acts.branch(message)
      return true
    case "arrowleft":
    case "arrowright":
      if (message.siblings.length < 2) return false
      acts.turnTo(message, (key === "arrowleft") === isMirrored ? 1 : -1)
      return true
    default:
      return false
  }
}

function go(windower: Windower, line: Line | undefined): void {
  if (line === undefined) return
  windower.reveal(line.key)
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`[data-turn="${CSS.escape(line.key)}"]`)?.focus({ preventScroll: true })
  })
}

/** Where letters and arrows mean something else. */
function isElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.closest("input, textarea, select, [contenteditable=true], dialog, [popover], [role=slider], aside, nav") !== null
}
