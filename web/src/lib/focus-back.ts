/**
 * Remember what has the focus, and return what gives it back once it was lost with what is gone.
 *
 * A dialog gives it back by itself when it is closed, but not when it leaves the page while it is open.
 */
export function focusBack(): () => void {
  const before = document.activeElement
  return () => {
    const isLost = document.activeElement === null || document.activeElement === document.body
    if (isLost && before instanceof HTMLElement) before.focus()
  }
}
