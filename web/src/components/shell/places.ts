import { Plug, Route, ScrollText, Waypoints } from "lucide-react"

export const PLACES = ["/", "/providers", "/routes", "/payloads"] as const
/** A page of its own, by its address. */
export type Place = (typeof PLACES)[number]

export const PLACE_ICONS = {
  "/": Waypoints,
  "/providers": Plug,
  "/routes": Route,
  "/payloads": ScrollText,
} as const satisfies Record<Place, unknown>
