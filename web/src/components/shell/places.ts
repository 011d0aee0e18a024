import { Activity, Boxes, FileText, Layers, Plug, Route, ScrollText, Waypoints } from "lucide-react"

export const PLACES = ["/", "/requests", "/models", "/providers", "/routes", "/batches", "/files", "/payloads"] as const
/** A page of its own, by its address. */
export type Place = (typeof PLACES)[number]

/** The places that the bar of a phone has room for; the sidebar has the others. */
export const BAR_PLACES = PLACES.slice(0, 3)

export const PLACE_ICONS = {
  "/": Waypoints,
  "/requests": Activity,
  "/models": Boxes,
  "/providers": Plug,
  "/routes": Route,
  "/batches": Layers,
  "/files": FileText,
  "/payloads": ScrollText,
} as const satisfies Record<Place, unknown>
