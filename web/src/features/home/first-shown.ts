import type { Provider } from "@/api/types"

export const SHOWN_AT_FIRST = 12

/** Whether requests to a provider fail. */
export function isTroubled(provider: Pick<Provider, "state">): boolean {
  return provider.state === "down" || provider.state === "degraded"
}

/** The providers to show before all are asked for: as listed; where some are left out, troubled ones first. */
export function firstShown<Row extends Pick<Provider, "state">>(providers: readonly Row[]): readonly Row[] {
  if (providers.length <= SHOWN_AT_FIRST) return providers
  const calm = providers.filter((provider) => !isTroubled(provider))
  return [...providers.filter(isTroubled), ...calm].slice(0, SHOWN_AT_FIRST)
}
