/** Which keys do what. Pure, so that the sheet that lists them and the handler cannot differ. */

export interface KeyPress {
  key: string
  hasModifier: boolean
  isShift: boolean
  isAlt: boolean
  /** Whether the key was pressed in a text field, where single letters belong to the text. */
  isTyping: boolean
  atMs: number
}

const SEQUENCE_MS = 1500

/** A press as written in a binding: "mod+k", "mod+shift+n", "shift+n", "n", "?", "F6", "Escape". */
export function nameOf(press: KeyPress): string {
  const isLetter = /^\p{L}$/u.test(press.key)
  const key = isLetter ? press.key.toLowerCase() : press.key
  // A sign says by itself whether Shift was needed for it.
  const shift = press.isShift && (isLetter || press.key.length > 1) ? "shift+" : ""
  return `${press.hasModifier ? "mod+" : ""}${shift}${key}`
}

/** Whether a binding is made of letters or signs alone, which belong to the text while one writes. */
export function isLetters(keys: string): boolean {
  return keys.split(" ").every((key) => [...key.replace("shift+", "")].length === 1)
}

/**
 * Make a reader of presses that knows the "G then a letter" sequences.
 *
 * It returns the binding that a press completes, for whoever knows what is bound; null if there is none.
 */
export function createShortcutReader(): (press: KeyPress, allowLetters: boolean) => string | null {
  let goUntilMs = 0
  return (press, allowLetters) => {
    const wasGoing = press.atMs < goUntilMs
    goUntilMs = 0
    if (press.isAlt) return null
    const name = nameOf(press)
    if (!isLetters(name)) return name
    if (press.isTyping || !allowLetters) return null
    if (wasGoing) return `g ${name}`
    if (name === "g") goUntilMs = press.atMs + SEQUENCE_MS
    return name
  }
}

const SHOWN: Readonly<Record<string, string>> = {
  shift: "⇧",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
}

/** Show a binding as the device writes it: "⌘ /" or "Ctrl /", "G H". */
export function showKeys(keys: string, isApple: boolean): string[] {
  return keys
    .split(/[ +](?=.)/)
    .map((key) => (key === "mod" ? (isApple ? "⌘" : "Ctrl") : (SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key))))
}

export function isAppleDevice(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent)
}
