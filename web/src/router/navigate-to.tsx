import { useEffect } from "react"
import type { Pattern, Target } from "@/router/addresses"
import { addressOf } from "@/router/addresses"
import { goTo } from "@/router/place"

/** Goes on to another place as soon as it is drawn; what stood here is left out of the way back. */
export function Navigate<To extends Pattern>(target: Target<To>) {
  const address = addressOf(target)
  useEffect(() => goTo(address, { replace: true }), [address])
  return null
}
