import type { Status } from "@/api/types"

/** Whether nothing of today's use has a known price: its cost is then unknown, not zero. */
export function isOnlyUnpriced(today: Status["today"]): boolean {
  return today.unpriced > 0 && today.unpriced >= today.requests
}
