import { useLingui } from "@lingui/react/macro"
import type { Place } from "@/components/shell/places"

/** What the places are called. */
export function usePlaceNames(): Readonly<Record<Place, string>> {
  const { t } = useLingui()
  return {
    "/": t`Gateway`,
    "/requests": t`Requests`,
    "/models": t`Models`,
    "/providers": t`Providers`,
    "/routes": t`Routes`,
    "/batches": t`Batches`,
    "/files": t`Files`,
    "/payloads": t`Payload log`,
  }
}
