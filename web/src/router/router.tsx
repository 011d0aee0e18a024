import { createContext, type ReactNode, startTransition, useContext, useEffect, useMemo, useState } from "react"
import type { Pattern } from "@/router/addresses"
import { matchPath } from "@/router/match"
import { currentPlace, followHistory, goTo, onPlace, type Place, written } from "@/router/place"
import { type RawSearch, rawSearch } from "@/router/search"

const PlaceContext = createContext<Place>({ path: "/", query: "", hash: "" })

interface RouterProps {
  /** Where an address leads that stands for another, or null. */
  redirect: (place: Place) => string | null
  children: ReactNode
}

/**
 * Gives what is below it the place in the address bar.
 *
 * A new place comes as a transition: what is shown stays until what comes, and may have to be loaded, can be drawn.
 */
export function Router({ redirect, children }: RouterProps) {
  const [place, setPlace] = useState(currentPlace)
  const other = redirect(place)
  useEffect(() => {
    const show = (next: Place): void => startTransition(() => setPlace((now) => (written(next) === written(now) ? now : next)))
    const ends = [onPlace(show), followHistory()]
    // What was drawn first may have gone somewhere before this could hear it.
    show(currentPlace())
    return () => ends.forEach((end) => end())
  }, [])
  useEffect(() => {
    if (other !== null) goTo(other, { replace: true })
  }, [other])
  return other === null ? <PlaceContext value={place}>{children}</PlaceContext> : null
}

/** Where the page is. */
export function usePlace(): Place {
  return useContext(PlaceContext)
}

/** What stands in the gap of a pattern, as the id in "/c/$id"; empty where the address is another one. */
export function useParam(pattern: Pattern): string {
  return matchPath([pattern], usePlace().path)?.param ?? ""
}

/** What the address says beside the path, as the page at that path reads it. */
export function useSearch<Search>(read: (raw: RawSearch) => Search): Search {
  const { query } = usePlace()
  return useMemo(() => read(rawSearch(query)), [read, query])
}
