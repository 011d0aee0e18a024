/** Give the focus to the turns as a whole, before the one that has it gives way to another. */
export function focusTurns(): void {
  document.querySelector<HTMLElement>(".turns")?.focus({ preventScroll: true })
}

const MOST_WAIT_MS = 10_000

/** Where a turn that has the focus gives way to another version, give it to that one once it stands there. */
export function followFocus(nextId: string): void {
  const turn = document.activeElement?.closest("[data-turn]")
  const turns = turn?.closest(".turns")
  if (!turn || !turns) return
  const look = (): void => {
    const next = document.querySelector<HTMLElement>(`[data-message="${CSS.escape(nextId)}"]`)
    if (next === null) return
    stop()
    const { activeElement: now, body } = document
    // Whoever went elsewhere meanwhile stays there.
    if (now === null || now === body || turn.contains(now)) next.focus({ preventScroll: true })
  }
  const watch = new MutationObserver(look)
  const stop = (): void => {
    watch.disconnect()
    clearTimeout(end)
  }
  const end = setTimeout(stop, MOST_WAIT_MS)
  watch.observe(turns, { subtree: true, childList: true })
}
