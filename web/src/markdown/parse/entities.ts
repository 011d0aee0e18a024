/** The few that are needed where there is no document to ask. */
const COMMON: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
}
const ENTITY = "&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});"
export const ENTITY_AT = new RegExp(ENTITY, "y")
const ESCAPED = new RegExp(`\\\\[!-/:-@[-\`{-~]|${ENTITY}`, "g")
const LAST_CODE_POINT = 0x10_ffff

const known = new Map<string, string>()

/** The character that an entity stands for; what stands for none stays as it is. */
export function decodeEntity(entity: string): string {
  if (entity[1] === "#") {
    const isHex = entity[2] === "x" || entity[2] === "X"
    const code = Number.parseInt(entity.slice(isHex ? 3 : 2, -1), isHex ? 16 : 10)
    const isCharacter = code > 0 && code <= LAST_CODE_POINT && !(code >= 0xd800 && code <= 0xdfff)
    return isCharacter ? String.fromCodePoint(code) : "\ufffd"
  }
  const name = entity.slice(1, -1)
  return COMMON[name] ?? askBrowser(entity, name)
}

/** The browser knows all two thousand names. What is parsed is one name of letters and digits, in an inert document. */
function askBrowser(entity: string, name: string): string {
  if (typeof DOMParser === "undefined" || !/^[a-zA-Z0-9]+$/.test(name)) return entity
  let text = known.get(name)
  if (text === undefined) {
    text = new DOMParser().parseFromString(entity, "text/html").documentElement.textContent
    known.set(name, text)
  }
  return text
}

/** A text without backslashes before punctuation and with its entities resolved. */
export function unescapeText(text: string): string {
  if (!text.includes("\\") && !text.includes("&")) return text
  return text.replace(ESCAPED, (found) => (found[0] === "\\" ? (found[1] ?? "") : decodeEntity(found)))
}
