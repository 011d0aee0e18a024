const TYPED_MS = 700

/** The place in a menu that a key leads to, or null if it leads nowhere; a menu wraps around. */
export function nextInMenu(key: string, at: number, count: number): number | null {
  if (count === 0) return null
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count
    case "ArrowUp":
      return at <= 0 ? count - 1 : at - 1
    case "Home":
      return 0
    case "End":
      return count - 1
    default:
      return null
  }
}

/** Make a reader of letters that finds the name beginning with what was typed within the last moment. */
export function createTypeahead(): (key: string, names: readonly string[], at: number, nowMs: number) => number | null {
  let typed = ""
  let untilMs = 0
  return (key, names, at, nowMs) => {
    if ([...key].length !== 1 || (key === " " && nowMs >= untilMs)) return null
    typed = nowMs < untilMs ? typed + key.toLowerCase() : key.toLowerCase()
    untilMs = nowMs + TYPED_MS
    // The same letter again goes on to the next name with it; more letters narrow where one is.
    const from = typed.length === 1 ? at + 1 : Math.max(at, 0)
    for (let step = 0; step < names.length; step += 1) {
      const place = (from + step) % names.length
      if (names[place]?.trim().toLowerCase().startsWith(typed)) return place
    }
    return null
  }
}
