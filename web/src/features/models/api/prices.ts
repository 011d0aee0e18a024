import { mutationOptions, queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { Price, PriceBody } from "@/api/types"
import { bodyOfPrice } from "@/features/models/price-form"

const DAYS = 30

/** The prices that a person wrote; they go before those of the price tables. */
export function pricesQuery() {
  return queryOptions({
    queryKey: ["prices"],
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/prices", { signal }))).items,
  })
}

/** How many requests of the last weeks had no price, by ``provider/model``. */
export function unpricedUseQuery() {
  return queryOptions({
    queryKey: ["unpriced-use"],
    queryFn: async ({ signal }) => {
      const query = { group_by: "provider,model", days: DAYS }
      const { items } = await take(api.GET("/salon/v1/usage", { signal, params: { query } }))
      const used = new Map<string, number>()
      for (const { groups, unpriced } of items) {
        const [provider, model] = groups
        const name = `${provider}/${model}`
        if (provider && model && unpriced > 0) used.set(name, (used.get(name) ?? 0) + unpriced)
      }
      return used
    },
  })
}

/** Say what a model costs from now on. */
export function putPrice(model: string) {
  const params = { path: { model } }
  return mutationOptions({
    mutationKey: ["put-price", model],
    mutationFn: (body: PriceBody) => take(api.PUT("/salon/v1/prices/{model}", { params, body })),
  })
}

/** Go back to what the price tables say. */
export function removePrice(model: string) {
  const params = { path: { model } }
  return mutationOptions({
    mutationKey: ["remove-price", model],
    mutationFn: () => take(api.DELETE("/salon/v1/prices/{model}", { params })),
  })
}

/** Write removed prices again, each from the day it had. */
export function restorePrices(model: string) {
  const params = { path: { model } }
  return mutationOptions({
    mutationKey: ["restore-prices", model],
    mutationFn: async (rows: readonly Price[]) => {
      for (const row of rows) await take(api.PUT("/salon/v1/prices/{model}", { params, body: bodyOfPrice(row) }))
    },
  })
}
