import type { Provider } from "@/api/types"

/** The providers whose name, kind or address hold every word of a search. */
export function matchProviders(providers: readonly Provider[], search: string): Provider[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return providers.filter((provider) => {
    const text = `${provider.name} ${provider.label} ${provider.kind} ${provider.base_url}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
