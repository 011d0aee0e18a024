import { useLingui } from "@lingui/react/macro"
import type { Place } from "@/components/shell/places"

/** What the places are called. */
export function usePlaceNames(): Readonly<Record<Place, string>> {
  const { t } = useLingui()
  return { "/": t`Gateway`, "/providers": t`Providers`, "/routes": t`Routes`, "/payloads": t`Payload log` }
}
