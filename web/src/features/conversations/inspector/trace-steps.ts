import type { ExactRequest } from "@/features/conversations/api/branching"

/** One request of an answer to a model, as far as it is known. */
export interface TraceStep {
  number: number
  startedMs: number | null
  firstTokenMs: number | null
  endedMs: number | null
  /** Tokens by class: `input_tokens`, `cached_tokens`, `output_tokens` … */
  usage: readonly (readonly [name: string, tokens: number])[]
  attempts: readonly Attempt[]
  /** What was asked, word for word; null when a message of it is gone. */
  request: Readonly<Record<string, unknown>> | null
}

export interface Attempt {
  provider: string
  model: string
  status: string
  httpStatus: number | null
  error: string | null
  firstByteMs: number | null
  durationMs: number | null
  costE10: number | null
  currency: string
}

/** Read the steps of an answer; what an older server did not write is null. */
export function stepsOf(exact: ExactRequest): TraceStep[] {
  return exact.steps.map(({ step, request, attempts }, place) => ({
    number: numberAt(step, "number") ?? place + 1,
    startedMs: numberAt(step, "started_at_ms"),
    firstTokenMs: numberAt(step, "first_token_at_ms"),
    endedMs: numberAt(step, "ended_at_ms"),
    usage: Object.entries(objectAt(step, "usage")).flatMap(([name, tokens]) =>
      typeof tokens === "number" && tokens > 0 ? [[name, tokens] as const] : [],
    ),
    attempts: attempts.map((one) => attemptOf(one, exact.currency ?? "USD")),
    request,
  }))
}

function attemptOf(one: Readonly<Record<string, unknown>>, currency: string): Attempt {
  return {
    provider: textAt(one, "provider") ?? "",
    model: textAt(one, "model") ?? "",
    status: textAt(one, "status") ?? "",
    httpStatus: numberAt(one, "http_status"),
    error: textAt(one, "error") ?? textAt(one, "error_code"),
    firstByteMs: numberAt(one, "first_byte_ms"),
    durationMs: numberAt(one, "duration_ms"),
    costE10: numberAt(one, "cost_e10"),
    currency: textAt(one, "currency") ?? currency,
  }
}

function numberAt(found: Readonly<Record<string, unknown>>, name: string): number | null {
  const value = found[name]
  return typeof value === "number" ? value : null
}

function textAt(found: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = found[name]
  return typeof value === "string" ? value : null
}

function objectAt(found: Readonly<Record<string, unknown>>, name: string): object {
  const value = found[name]
  return typeof value === "object" && value !== null ? value : {}
}
