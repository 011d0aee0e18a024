import { addressOf, type Pattern, type Target } from "@/router/addresses"
import { createSignal } from "@/live/signal"

/** Where the page is: the parts of its address below the path that the house is served at. */
export interface Place {
  /** Begins with a slash and ends with none, but for the start itself. */
  readonly path: string
  /** With its sign, or empty. */
  readonly query: string
  /** Without its sign. */
  readonly hash: string
}

const moved = createSignal<[place: Place]>()

/** Hear where the page is now. Returns what ends it. */
export const onPlace = moved.on

/** The path that the house is served at, as the document's base says: "/" or "/salon/". */
function basePath(): string {
  return new URL(document.baseURI).pathname
}

/** Read an address of the browser. */
export function placeIn({ pathname, search, hash }: Pick<Location, "pathname" | "search" | "hash">, base: string): Place {
  const below = pathname.startsWith(base) ? pathname.slice(base.length) : pathname === base.slice(0, -1) ? "" : pathname.slice(1)
  return { path: `/${below.replace(/\/+$/, "")}`, query: search, hash: hash.slice(1) }
}

/** The place in the address bar. */
export function currentPlace(): Place {
  return placeIn(location, basePath())
}

/** An address below the house's path as the browser knows it. */
export function hrefOf(address: string): string {
  return `${basePath()}${address.slice(1)}`
}

/** The address of a place. */
export function written({ path, query, hash }: Place): string {
  return `${path}${query}${hash === "" ? "" : `#${hash}`}`
}

/** Go to an address below the house's path. */
export function goTo(address: string, { replace = false } = {}): void {
  const href = hrefOf(address)
  const isSame = href === `${location.pathname}${location.search}${location.hash}`
  if (replace || isSame) history.replaceState(null, "", href)
  else history.pushState(null, "", href)
  tell()
}

/** Go somewhere. */
export function navigate<To extends Pattern>({ to, params, search, hash, replace = false }: Target<To> & { readonly replace?: boolean }): void {
  goTo(addressOf({ to, params, search, hash }), { replace })
}

function tell(): void {
  moved.tell(currentPlace())
}

/** Follow the browser's own keys for back and forward. Returns what ends it. */
export function followHistory(): () => void {
  window.addEventListener("popstate", tell)
  return () => window.removeEventListener("popstate", tell)
}
