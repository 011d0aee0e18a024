/**
 * What was typed into the plain box that stands in the document before the application is alive.
 *
 * It is looked up as this module is loaded: once the application draws, that box is gone from the document, and what
 * was typed into it until then can still be read.
 */
const box = typeof document === "undefined" ? null : document.getElementById("early-box")
const early = box instanceof HTMLTextAreaElement ? box : null
let isTaken = early === null
let isFocused = early !== null && document.activeElement === early
early?.addEventListener("focus", () => (isFocused = true))

/** The words, and whether the box had the focus: once, then nothing. */
export function takeEarlyWords(): { text: string; isFocused: boolean } {
  if (isTaken || early === null) return { text: "", isFocused: false }
  isTaken = true
  const text = early.value
  early.remove()
  return { text, isFocused }
}
