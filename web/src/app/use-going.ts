import { useNavigate, useRouter } from "@tanstack/react-router"
import { useEffect, useEffectEvent } from "react"
import { drawer } from "@/components/shell/drawer"
import { lastPlace } from "@/lib/last-place"
import { onGo } from "@/registry/going"

/**
 * Keep the last place that is not the settings, for them to close to, and go where the registry's keys lead.
 *
 * Who went somewhere wants to see it: the sidebar that lies over the page goes.
 */
export function useGoing(): void {
  const router = useRouter()
  const navigate = useNavigate()
  const go = useEffectEvent((path: string) => void navigate({ to: path }))
  useEffect(() => onGo((path) => go(path)), [])
  useEffect(() => {
    const keep = (): void => {
      const { pathname } = router.state.location
      if (!pathname.startsWith("/settings")) lastPlace.set(router.history.location.href)
    }
    keep()
    return router.subscribe("onResolved", ({ pathChanged }) => {
      keep()
      if (pathChanged) drawer.set(false)
    })
  }, [router])
}
