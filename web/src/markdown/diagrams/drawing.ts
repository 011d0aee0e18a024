/** Where a diagram stands on its way. */
export type Drawn =
  | { kind: "waiting" }
  | { kind: "drawn"; width: number; height: number }
  | { kind: "failed"; reason: string }

const LONGEST_SIDE = 4000
const PLAIN_LENGTH = /^\s*([\d.]+)(?:px)?\s*$/

/** How large the picture of an SVG is, or null when the text is none. It is parsed, not shown: nothing in it runs. */
export function svgSize(text: string): { width: number; height: number } | null {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement
  if (root.localName !== "svg" || root.namespaceURI !== "http://www.w3.org/2000/svg") return null
  const box = (root.getAttribute("viewBox") ?? "").trim().split(/[\s,]+/).map(Number)
  const width = lengthOf(root.getAttribute("width")) ?? box[2]
  const height = lengthOf(root.getAttribute("height")) ?? box[3]
  return sized(width, height) ?? { width: 300, height: 150 }
}

/** Sizes that a frame may have, or null for what is no size. */
export function sized(width: unknown, height: unknown): { width: number; height: number } | null {
  if (typeof width !== "number" || typeof height !== "number" || !(width > 0) || !(height > 0)) return null
  return { width: Math.min(Math.ceil(width), LONGEST_SIDE), height: Math.min(Math.ceil(height), LONGEST_SIDE) }
}

/** A document that shows an SVG as an image: as one it runs no script and fetches nothing, wherever it says it would. */
export function svgDocument(text: string): string {
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
  return (
    `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}">` +
    "<style>body{margin:0}img{display:block;width:100%;height:auto}</style>" +
    `<img alt="" src="data:image/svg+xml;charset=utf-8,${encodeURIComponent(text).replaceAll("'", "%27")}">`
  )
}

/** Read what the frame says; it is a stranger, whatever it was given. */
export function readAnswer(data: unknown): Drawn | "ready" | null {
  if (typeof data !== "object" || data === null || !("kind" in data)) return null
  if (data.kind === "ready") return "ready"
  if (data.kind === "failed" && "reason" in data && typeof data.reason === "string") {
    return { kind: "failed", reason: data.reason.slice(0, 500) }
  }
  if (data.kind !== "drawn" || !("width" in data) || !("height" in data)) return null
  const size = sized(data.width, data.height)
  return size === null ? null : { kind: "drawn", ...size }
}

function lengthOf(text: string | null): number | undefined {
  const found = PLAIN_LENGTH.exec(text ?? "")?.[1]
  return found === undefined ? undefined : Number(found)
}
