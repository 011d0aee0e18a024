import type { Provider } from "@/api/types"

/** The command that helps a provider in trouble, or null if it needs none. */
export function adviceFor(provider: Pick<Provider, "state" | "name" | "source">): string | null {
  switch (provider.state) {
    case "needs-credential":
      return provider.source === "file"
        ? `salon config explain providers.${provider.name}.api_key_env`
        : `salon providers set-key ${provider.name}`
    case "down":
    case "degraded":
      return `salon providers test ${provider.name}`
    case "disabled":
    case "healthy":
    case "unknown":
      return null
  }
}

/** The host and port of an address, for a person. */
export function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : address
}
