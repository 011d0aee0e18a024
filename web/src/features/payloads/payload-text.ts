import type { ExplainBody, Payload } from "@/api/types"

/** How kept bodies are read and shown. Pure. */

const HIDDEN = "[hidden]"
const EXPLAINED = ["openai", "responses", "anthropic", "ollama", "ollama-generate", "gemini"] as const

/** JSON with a line for each of its parts; what is no JSON stays as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/** A text in pieces, those that were taken out apart from the rest. */
export function partsOf(text: string): { text: string; isHidden: boolean }[] {
  return text.split(HIDDEN).flatMap((part, index) => [
    ...(index > 0 ? [{ text: HIDDEN, isHidden: true }] : []),
    ...(part === "" ? [] : [{ text: part, isHidden: false }]),
  ])
}

/** What to ask to learn a replay's cost; null where the request is not whole or of no chat dialect. */
export function estimateBodyOf(payload: Payload, model: string): ExplainBody | null {
  const dialect = EXPLAINED.find((one) => one === payload.dialect)
  if (dialect === undefined || payload.cut || payload.request === null || model === "") return null
  try {
    const body: unknown = JSON.parse(payload.request)
    if (typeof body !== "object" || body === null || Array.isArray(body)) return null
    return { model, dialect, body: { ...body } }
  } catch {
    return null
  }
}

/** A cost as a header tells it ("0.0021 USD"), as an amount in 10⁻¹⁰; null for what is unpriced. */
export function readCost(header: string | undefined): { costE10: number; currency: string } | null {
  const [amount, currency] = (header ?? "").split(" ")
  const value = Number(amount)
  if (!currency || !Number.isFinite(value)) return null
  return { costE10: Math.round(value * 10_000_000_000), currency }
}
