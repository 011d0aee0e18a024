import { t } from "@lingui/core/macro"
import type { Keyed } from "@/registry/feature"

/** What keys do with the turns of a conversation; the list of all keys has them also where none is open. */
export const TURN_KEYS = {
  next: { id: "turn-next", title: () => t`Next turn`, keys: ["j"] },
  previous: { id: "turn-previous", title: () => t`Previous turn`, keys: ["k"] },
  edit: { id: "turn-edit", title: () => t`Edit the message`, keys: ["e"] },
  regenerate: { id: "turn-regenerate", title: () => t`Regenerate`, keys: ["r"] },
  copy: { id: "turn-copy", title: () => t`Copy the message`, keys: ["c"] },
  branch: { id: "turn-branch", title: () => t`Branch from here`, keys: ["b"] },
} as const satisfies Readonly<Record<string, Keyed>>
