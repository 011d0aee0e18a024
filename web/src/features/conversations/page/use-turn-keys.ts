import { useEffect, useEffectEvent } from "react"
import type { Message } from "@/features/conversations/api/messages"
import { useActsOf } from "@/features/conversations/page/acts/use-turn-acts"
import type { Line } from "@/features/conversations/page/lines"
import type { Talk } from "@/features/conversations/page/talk-context"
import { TURN_KEYS } from "@/features/conversations/page/turn-keys"
import type { Windower } from "@/features/conversations/page/window/windower"
import { useAction } from "@/registry"

interface Keys {
  talk: Talk
  lines: readonly Line[]
  windower: Windower
}

/** Single keys: J and K go from turn to turn, the others act on the one in focus, else on the last. */
export function useTurnKeys({ talk, lines, windower }: Keys): void {
  "use no memo"
  const acts = useActsOf(talk)
  const step = (by: 1 | -1): void => {
    const at = placeOf(lines)
    const from = at < 0 ? windower.view().top - by : at
    go(windower, lines[Math.min(lines.length - 1, Math.max(0, from + by))])
  }
  const here = (): Message | null => lines.at(placeOf(lines))?.message ?? null
  const withHere = (run: (message: Message) => void) => (): void => {
    const message = here()
    if (message !== null) run(message)
  }
  const when = (): boolean => here() !== null
  useAction({ ...TURN_KEYS.next, run: () => step(1), when: () => lines.length > 0 })
  useAction({ ...TURN_KEYS.previous, run: () => step(-1), when: () => lines.length > 0 })
  useAction({ ...TURN_KEYS.edit, run: withHere(({ id }) => talk.edit(id)), when })
  useAction({ ...TURN_KEYS.regenerate, run: withHere(acts.regenerate), when })
  useAction({ ...TURN_KEYS.copy, run: withHere(acts.copy), when })
  useAction({ ...TURN_KEYS.branch, run: withHere(acts.branch), when })

  const press = useEffectEvent((event: KeyboardEvent) => {
    const isPlain = !event.metaKey && !event.ctrlKey && !event.altKey && !event.shiftKey && !event.defaultPrevented
    if (!isPlain || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return
    const turn = event.target instanceof HTMLElement && event.target.matches("[data-turn]")
    const message = turn ? here() : null
    if (message === null || message.siblings.length < 2) return
    event.preventDefault()
    const isMirrored = document.documentElement.dir === "rtl"
    acts.turnTo(message, (event.key === "ArrowLeft") === isMirrored ? 1 : -1)
  })
  useEffect(() => {
    addEventListener("keydown", press)
    return () => removeEventListener("keydown", press)
  }, [])
}

/** Which turn has the focus; -1, which is the last, where none has. */
function placeOf(lines: readonly Line[]): number {
  const focused = document.activeElement?.closest<HTMLElement>("[data-turn]")?.dataset["turn"]
  return lines.findIndex(({ key }) => key === focused)
}

function go(windower: Windower, line: Line | undefined): void {
  if (line === undefined) return
  windower.reveal(line.key)
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`[data-turn="${CSS.escape(line.key)}"]`)?.focus({ preventScroll: true })
  })
}
