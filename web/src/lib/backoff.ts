/** How long to wait before another try: longer each time, and not the same for all who were cut off together. */

const FIRST_MS = 400
const MOST_MS = 30_000
/** A server that restarts tells all of its clients at once. */
const AT_ONCE_MS = 200

export function backoffMs(failures: number, random: number): number {
  if (failures <= 0) return AT_ONCE_MS * random
  return Math.min(MOST_MS, FIRST_MS * 2 ** (failures - 1)) * (0.5 + random / 2)
}
