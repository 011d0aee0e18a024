import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { ForeignImages } from "@/markdown"

/** How many are kept; the oldest goes, and is asked for again. */
const MOST = 60
const brought = new Map<string, string>()

/**
 * Images of others, fetched and drawn anew by the server when somebody asks for one, and kept by the page until it is
 * closed: a turn that was scrolled away and comes back shows them still.
 */
export const foreignImages: ForeignImages = {
  known: (address) => brought.get(address) ?? null,
  async bring(address) {
    const picture = await take(api.POST("/salon/v1/foreign-pictures", { body: { address }, parseAs: "blob" }))
    const place = URL.createObjectURL(picture)
    brought.set(address, place)
    const [oldest] = brought
    if (brought.size > MOST && oldest !== undefined) {
      brought.delete(oldest[0])
      URL.revokeObjectURL(oldest[1])
    }
    return place
  },
}
