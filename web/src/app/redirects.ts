import { oneOf } from "@/lib/preferences"
import type { Place } from "@/router"

/** The pages that had addresses of their own before the settings had them. */
const MOVED = ["requests", "models", "providers", "routes", "batches", "files", "payloads"] as const

/** Where an address leads today that stands in old links, or null. */
export function redirectOf({ path, query, hash }: Place): string | null {
  const after = `${query}${hash === "" ? "" : `#${hash}`}`
  const name = oneOf(MOVED, path.slice(1))
  if (name) return `/settings/${name}${after}`
  // The gateway stood at the start; links to one of its requests or clients are kept.
  const wanted = new URLSearchParams(path === "/" ? query : "")
  return wanted.get("request") || wanted.get("client") ? `/settings/gateway${after}` : null
}
