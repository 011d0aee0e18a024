import { usePreference } from "@/lib/preferences"
import { isAppleDevice, showKeys } from "@/lib/shortcuts"
import type { Keyed } from "@/registry/feature"
import { liveKeysOf } from "@/registry/keys"

/** The keys that do the same as a button, as a person has them now; empty where they have none. */
export function useKeyHint(): (act: Keyed) => string {
  "use no memo"
  usePreference("ownKeys")
  usePreference("letterKeys")
  return (act) => showKeys(liveKeysOf(act)[0] ?? "", isAppleDevice()).join(" ")
}
