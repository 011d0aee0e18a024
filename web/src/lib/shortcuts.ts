/** Which keys do what. Pure, so that the sheet that lists them and the handler cannot differ. */

export const ACTIONS = [
  "shortcuts",
  "sidebar",
  "panel",
  "next-pane",
  "stop",
  "go-today",
  "go-providers",
  "go-connect",
  "go-models",
  "go-requests",
  "go-try",
  "go-routes",
  "go-batches",
  "go-files",
  "go-payloads",
] as const
export type Action = (typeof ACTIONS)[number]

export interface KeyPress {
  key: string
  hasModifier: boolean
  isAlt: boolean
  /** Whether the key was pressed in a text field, where single letters belong to the text. */
  isTyping: boolean
  atMs: number
}

const GO: Readonly<Record<string, Action>> = {
  h: "go-today",
  p: "go-providers",
  c: "go-connect",
  m: "go-models",
  r: "go-requests",
  t: "go-try",
  o: "go-routes",
  b: "go-batches",
  f: "go-files",
  l: "go-payloads",
}
const SEQUENCE_MS = 1500

/** The keys of an action, as shown: `mod` is ⌘ on Apple devices and Ctrl elsewhere. */
export const KEYS: Readonly<Record<Action, readonly string[]>> = {
  shortcuts: ["mod", "/"],
  sidebar: ["mod", "B"],
  panel: ["mod", "."],
  "next-pane": ["F6"],
  stop: ["Esc"],
  "go-today": ["G", "H"],
  "go-providers": ["G", "P"],
  "go-connect": ["G", "C"],
  "go-models": ["G", "M"],
  "go-requests": ["G", "R"],
  "go-try": ["G", "T"],
  "go-routes": ["G", "O"],
  "go-batches": ["G", "B"],
  "go-files": ["G", "F"],
  "go-payloads": ["G", "L"],
}

/** Make a reader of key presses that knows the "G then a letter" sequences. */
export function createShortcutReader(): (press: KeyPress, allowLetters: boolean) => Action | null {
  let goUntilMs = 0
  return (press, allowLetters) => {
    const wasGoing = press.atMs < goUntilMs
    goUntilMs = 0
    if (press.isAlt) return null
    if (press.hasModifier) return withModifier(press.key)
    if (press.key === "F6") return "next-pane"
    if (press.key === "Escape") return "stop"
    if (press.isTyping || !allowLetters) return null
    if (wasGoing) return GO[press.key.toLowerCase()] ?? null
    if (press.key === "?") return "shortcuts"
    if (press.key.toLowerCase() === "g") goUntilMs = press.atMs + SEQUENCE_MS
    return null
  }
}

function withModifier(key: string): Action | null {
  if (key === "/") return "shortcuts"
  if (key.toLowerCase() === "b") return "sidebar"
  if (key === ".") return "panel"
  return null
}

/** Show keys as the device writes them: "⌘ /" or "Ctrl /", "G H". */
export function showKeys(action: Action, isApple: boolean): string[] {
  return KEYS[action].map((key) => (key === "mod" ? (isApple ? "⌘" : "Ctrl") : key))
}

export function isAppleDevice(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent)
}
