import { useEffect } from "react"
import { drawer } from "@/components/shell/drawer"
import { lastPlace } from "@/lib/last-place"
import { onGo } from "@/registry/going"
import { goTo, usePlace, written } from "@/router"

/**
 * Keep the last place that is not the settings, for them to close to, and go where the registry's keys lead.
 *
 * Who went somewhere wants to see it: the sidebar that lies over the page goes.
 */
export function useGoing(): void {
  const place = usePlace()
  useEffect(() => onGo((path) => goTo(path)), [])
  useEffect(() => {
    if (!place.path.startsWith("/settings")) lastPlace.set(written(place))
  }, [place])
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- each place anew
  useEffect(() => drawer.set(false), [place.path])
}
