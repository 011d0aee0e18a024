import type { Wish } from "@/features/conversations/search/wish"
import type { ClientId } from "@/lib/snippets"

/** The address of the settings that shows the gateway, and what a link to it restores. */
export interface GatewaySearch {
  readonly client?: ClientId
  readonly model?: string
  /** The request whose facts are shown. */
  readonly request?: string
}

interface NamedSearch {
  /** What is shown. */
  readonly id?: string
}

type Nothing = Readonly<Record<string, never>>

/** Every address of the page by its pattern, and what its query may hold: what a link to it restores. */
export interface Addresses {
  "/": Nothing
  "/c/$id": {
    /** The branch that is shown. */
    readonly branch?: string
    /** The message that is scrolled to. */
    readonly message?: string
  }
  "/search": Wish
  "/usage": Nothing
  "/settings": Nothing
  "/settings/gateway": GatewaySearch
  "/settings/requests": NamedSearch
  "/settings/models": {
    /** The model whose facts are shown. */
    readonly name?: string
    readonly only?: "unpriced"
  }
  "/settings/providers": {
    /** The provider whose facts are shown. */
    readonly name?: string
    /** The kind that is being added; empty while it is being chosen. */
    readonly add?: string
  }
  "/settings/routes": {
    /** The model whose way is explained. */
    readonly model?: string
    /** The alias that is changed; empty while one is made. */
    readonly edit?: string
  }
  "/settings/batches": NamedSearch
  "/settings/files": NamedSearch
  "/settings/payloads": {
    /** The payload that is shown. */
    readonly id?: string
    readonly search?: string
  }
  "/settings/$page": Nothing
}

export type Pattern = keyof Addresses

/** What fills the gap in a pattern: `{ id }` for "/c/$id". */
type Params<To extends Pattern> = To extends `${string}$${infer Name}` ? { readonly params: Readonly<Record<Name, string>> } : { readonly params?: never }

/** Where a link or an act leads. */
export type Target<To extends Pattern = Pattern> = {
  readonly to: To
  readonly search?: Addresses[To]
  /** Without its sign. */
  readonly hash?: string
} & Params<To>

/** What any target is made of. */
interface Parts {
  readonly to: Pattern
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly search?: object | undefined
  readonly hash?: string | undefined
}

/** The address of a target, below the path that the house is served at. */
export function addressOf({ to, params, search, hash }: Parts): string {
  const path = to.replace(/\$(\w+)/, (_, name: string) => encodeURIComponent(params?.[name] ?? ""))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(search ?? {})) if (value !== undefined) query.set(name, String(value))
  const written = query.toString()
  return `${path}${written === "" ? "" : `?${written}`}${hash === undefined ? "" : `#${hash}`}`
}
