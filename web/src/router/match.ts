import type { Pattern } from "@/router/addresses"

interface Match<Known extends Pattern> {
  readonly pattern: Known
  /** What stands in the gap of the pattern; empty where it has none. */
  readonly param: string
}

/** The first pattern that a path fits, or null. */
export function matchPath<Known extends Pattern>(patterns: readonly Known[], path: string): Match<Known> | null {
  for (const pattern of patterns) {
    const [head = ""] = pattern.split("$")
    if (head === pattern ? path === pattern : path.startsWith(head) && /^[^/]+$/.test(path.slice(head.length))) {
      return { pattern, param: decoded(path.slice(head.length)) }
    }
  }
  return null
}

/** As it was before it was put into an address; what was never put there stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
