import { t } from "@lingui/core/macro"
import { TURN_KEYS } from "@/features/conversations/page/turn-keys"
import { preferences } from "@/lib/preferences"
import { actionsHere, currentActions } from "@/registry/actions"
import type { Keyed } from "@/registry/feature"
import { keysOf } from "@/registry/keys"
import { registered } from "@/registry/registry"

/**
 * Everything that keys do, once each, wherever one is: what is on the page in the order in which it came, what is done
 * with turns, what a part of the page takes for itself, and what features registered.
 */
export function listedKeys(): readonly Keyed[] {
  const known = [...currentActions(), ...registered("actions")]
  const here = actionsHere().flatMap(({ id }) => known.find((one) => one.id === id) ?? [])
  const all = new Map<string, Keyed>()
  for (const one of [...here, ...Object.values(TURN_KEYS), ...placeKeys(), ...known]) if (!all.has(one.id)) all.set(one.id, one)
  return [...all.values()].filter((one) => one.id === CLOSE || isListed(one))
}

const CLOSE = "close"

/** What closes or stops one thing is told as one for all of them. */
function isListed(one: Keyed): boolean {
  if (one.keys?.includes("Escape")) return false
  return keysOf(one).length > 0 || preferences().ownKeys[one.id] !== undefined
}

/** What the box, a turn and the list take for themselves: nobody chooses other keys for it. */
function placeKeys(): readonly Keyed[] {
  const [send, line] = preferences().enterSends ? ["Enter", "shift+Enter"] as const : ["shift+Enter", "Enter"] as const
  return [
    { id: "turn-versions", title: () => t`Previous and next version of a turn`, keys: ["ArrowLeft", "ArrowRight"] },
    { id: "box-send", title: () => t`Send the message`, keys: [send, "mod+Enter"] },
    { id: "box-line", title: () => t`Begin a line`, keys: [line] },
    { id: "box-change", title: () => t`Change the last message, while the box is empty`, keys: ["ArrowUp"] },
    { id: "list-rename", title: () => t`Rename in the list`, keys: ["F2"] },
    { id: "list-delete", title: () => t`Delete in the list`, keys: ["Delete"] },
    { id: CLOSE, title: () => t`Close what is open, else stop the answer`, keys: ["Escape"] },
  ]
}
