/** The order after one moved by some places; it stops at the ends. */
export function moved(order: readonly string[], id: string, step: number): string[] {
  const from = order.indexOf(id)
  if (from < 0) return [...order]
  const to = Math.min(order.length - 1, Math.max(0, from + step))
  const rest = order.filter((one) => one !== id)
  return [...rest.slice(0, to), id, ...rest.slice(to)]
}

/** The order after one was dropped at another's place. */
export function droppedAt(order: readonly string[], id: string, at: string): string[] {
  return moved(order, id, order.indexOf(at) - order.indexOf(id))
}
