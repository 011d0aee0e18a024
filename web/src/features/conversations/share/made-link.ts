/** A link that was just made; it is told this once. */
export interface MadeLink {
  url: string
  qrSvg: string
}

export function madeIn(body: unknown): MadeLink | null {
  const has = new Map(Object.entries(typeof body === "object" && body !== null ? body : {}))
  const [url, qrSvg] = [has.get("url"), has.get("qr_svg")]
  return typeof url === "string" && typeof qrSvg === "string" ? { url, qrSvg } : null
}
