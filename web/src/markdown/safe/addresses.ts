/** The schemes that a text may lead to. */
const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"])
const SCHEME = /^([a-z][a-z0-9+.-]*):/i
/** What browsers drop from an address before they read it: with it a scheme can be hidden. */
// oxlint-disable-next-line no-control-regex -- exactly these are meant
const DROPPED = /[\u0000-\u0020\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** The form in which an address may stand in a link, or null when it may not: another scheme, or no address. */
export function addressOf(written: string): string | null {
  const bare = written.replace(DROPPED, "")
  const scheme = SCHEME.exec(bare)?.[0].toLowerCase()
  if (scheme !== undefined && !SCHEMES.has(scheme)) return null
  // Two slashes, either way round, leave this origin without saying so.
  if (scheme === undefined && /^[/\\]{2}/.test(bare)) return null
  try {
    return encodeURI(written.trim()).replaceAll("%25", "%")
  } catch {
    return null
  }
}

export type Destination =
  /** Inside this Salon. */
  | { kind: "own"; href: string }
  | { kind: "outside"; href: string; host: string }
  /** A mail address or a telephone number. */
  | { kind: "contact"; href: string }
  | { kind: "refused" }

/** Where an address leads, seen from a page at `base`. */
export function destinationOf(written: string, base: string): Destination {
  const href = addressOf(written)
  const whole = href === null ? null : URL.parse(href, base)
  if (href === null || whole === null) return { kind: "refused" }
  if (whole.protocol === "mailto:" || whole.protocol === "tel:") return { kind: "contact", href }
  if (!SCHEMES.has(whole.protocol)) return { kind: "refused" }
  return whole.origin === new URL(base).origin ? { kind: "own", href } : { kind: "outside", href, host: whole.host }
}

/** What the server answers beside the page; tests/web/test_doors_of_images.py compares with its table of endpoints. */
export const DOORS: ReadonlySet<string> = new Set([
  "api", "healthz", "metrics", "readyz", "s", "salon", "signin", "upload", "v1", "v1beta", "v2",
])
const FILE = /^salon\/v1\/files\/[\w-]+\/(?:content|image)$/

/**
 * Whether an address of our own may be fetched as an image, which happens unasked. An address can act: sign the browser
 * in as somebody else, or count as a wrong guess. So at the doors only files are fetched, and nothing above the base.
 */
export function isOwnImage(href: string, base: string): boolean {
  const root = new URL(".", base).pathname
  const path = URL.parse(href, base)?.pathname ?? ""
  if (!path.startsWith(root)) return false
  let below: string
  try {
    below = decodeURIComponent(path.slice(root.length)).replace(/^\/+/, "")
  } catch {
    return false
  }
  return FILE.test(below) || !DOORS.has(below.split("/", 1)[0]?.toLowerCase() ?? "")
}

const NAMES_A_HOST = /(?:^|[\s(<"'])(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^\s/@]*@)?((?:[\p{L}\p{N}-]+\.)+[\p{L}]{2,})(?=$|[\s/:?#)>"'.,;!])/iu

/** Whether the text of a link gives the impression that it leads to another host than it does. */
export function isDeceptive(text: string, href: string, host: string): boolean {
  const whole = URL.parse(href)
  const bare = text.replace(DROPPED, (sign) => (sign === " " || sign === "\n" || sign === "\t" ? " " : ""))
  // A name before the host, or letters of another script in it: what it looks like is not where it leads.
  if (bare !== text || (whole !== null && whole.username !== "") || /(?:^|\.)xn--/.test(host)) return true
  const named = NAMES_A_HOST.exec(bare)?.[1]?.toLowerCase()
  if (named === undefined) return false
  const name = host.replace(/:\d+$/, "")
  return named !== name && `www.${named}` !== name && named !== `www.${name}`
}
