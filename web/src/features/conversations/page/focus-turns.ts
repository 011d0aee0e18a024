/** Give the focus to the turns as a whole, before the one that has it gives way to another. */
export function focusTurns(): void {
  document.querySelector<HTMLElement>(".turns")?.focus({ preventScroll: true })
}
