/** The plain box that stands in the document before the app is alive (`src/first/early-box.js`), until it is taken. */
let box: HTMLTextAreaElement | null = null
if (typeof document !== "undefined") {
  const found = document.getElementById("early-box")
  if (found instanceof HTMLTextAreaElement) box = found
}

let hadWords = false

/** Whether something was typed into it, taken or not. */
export function hasEarlyWords(): boolean {
  return hadWords || (box !== null && box.value !== "")
}

interface EarlyWords {
  text: string
  isFocused: boolean
  /** Whether they were to be sent. */
  isSent: boolean
}

/** Take the words away, with the box, and say whether it had the focus: once, then nothing. */
export function takeEarlyWords(): EarlyWords {
  if (box === null) return { text: "", isFocused: false, isSent: false }
  hadWords = box.value !== ""
  const taken = { text: box.value, isFocused: document.activeElement === box, isSent: box.readOnly }
  dropEarlyBox()
  return taken
}

/** Take the box away: what stands here has none. */
export function dropEarlyBox(): void {
  box?.remove()
  box = null
}
