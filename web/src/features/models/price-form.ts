import type { Price, PriceBody } from "@/api/types"

/** What the form of a price asks for, and what is made of the answers. Pure, so that it is tested without a page. */

/** Amounts for a million tokens of a class, and for pieces. */
export const RATES = ["input", "output", "cached", "cache_write", "cache_write_1h", "reasoning"] as const
export const PIECES = ["request", "image", "megapixel", "characters", "minute", "search"] as const
export const OF_SOUND_AND_PICTURES = [
  "audio_input",
  "audio_cached",
  "audio_output",
  "image_input",
  "image_cached",
  "image_output",
] as const
export const AMOUNTS = [...RATES, ...OF_SOUND_AND_PICTURES, ...PIECES] as const
export type Amount = (typeof AMOUNTS)[number]

/** The price of a model that is in force and was written for exactly this name. */
export function ownPrice(prices: readonly Price[], model: string, nowMs: number): Price | undefined {
  return prices.findLast((price) => price.model === model && !price.is_past && !isComing(price, nowMs))
}

/** Whether a price waits for its day. */
export function isComing(price: Pick<Price, "starts">, nowMs: number): boolean {
  return price.starts !== null && Date.parse(price.starts) > nowMs
}

/** Whether a price says more than the form can: steps by context, classes of service, or sizes of pictures. */
export function isBeyondForm(price: Price | undefined): boolean {
  return price !== undefined && price.tiers.length + price.services.length + price.images.length > 0
}

/** What is sent to set a price from now on; fields that were left empty are left out. */
export function priceBodyOf(form: FormData): PriceBody {
  const text = (name: string): string => {
    const value = form.get(name)
    return typeof value === "string" ? value.trim() : ""
  }
  const amounts = AMOUNTS.flatMap((name) => (text(name) === "" ? [] : [[name, text(name)] as const]))
  return { ...Object.fromEntries(amounts), input: text("input") || "0", output: text("output") || "0", currency: text("currency") || "USD" }
}

/** What brings a removed price back, from the day it had. */
export function bodyOfPrice(price: Price): PriceBody {
  const amounts = AMOUNTS.flatMap((name) => (price[name] === null ? [] : [[name, price[name]] as const]))
  return {
    ...Object.fromEntries(amounts),
    input: price.input ?? "0",
    output: price.output ?? "0",
    currency: price.currency,
    starts: price.starts ?? "",
    ends: price.ends ?? "",
  }
}
