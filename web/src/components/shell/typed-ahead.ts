/** What is typed for the palette between its key and the moment in which it is there. */
let typed = ""

/** Hand over what was typed, once. */
export function takeTypedAhead(take: (words: string) => void): void {
  take(typed)
  typed = ""
}

export function forgetTypedAhead(): void {
  typed = ""
}

/** Keep a key for what opens; false for one that writes nothing, like Esc and Tab. */
export function typeAhead(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  if (event.key === "Backspace") typed = [...typed].slice(0, -1).join("")
  else if ([...event.key].length === 1) typed += event.key
  else return false
  return true
}
