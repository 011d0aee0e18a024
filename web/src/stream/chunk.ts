/** What one chunk of a streamed chat completion says, read without trusting its shape. */

export interface ChunkContent {
  text: string
  reasoning: string
  finishReason: string | null
  inputTokens: number | null
  outputTokens: number | null
  error: string | null
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined
  return Reflect.get(value, name)
}

function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null
}

/** Read the JSON of one chunk; null if it is no JSON. */
export function readChunk(data: string): ChunkContent | null {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    return null
  }
  const choices = field(value, "choices")
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const delta = field(choice, "delta")
  const usage = field(value, "usage")
  const error = field(value, "error")
  return {
    text: text(field(delta, "content")),
    reasoning: text(field(delta, "reasoning_content")) || text(field(delta, "reasoning")),
    finishReason: text(field(choice, "finish_reason")) || null,
    inputTokens: count(field(usage, "prompt_tokens")),
    outputTokens: count(field(usage, "completion_tokens")),
    error: error === undefined || error === null ? null : text(field(error, "message")) || text(error),
  }
}
