import type { CitationPart, ProviderData, ToolResultPart } from "@/live/parts"

/** What the log of an answer's run holds: the events of the model's answer, and what the turn did besides. */

interface Said {
  /** Which of several answers in one; the first is 0 and not said. */
  readonly choice?: number
}

export interface Usage {
  readonly input_tokens?: number
  readonly output_tokens?: number
  readonly cached_tokens?: number
  readonly cache_write_tokens?: number
  readonly reasoning_tokens?: number
  readonly estimated?: boolean
}

export interface Finish {
  readonly reason: "stop" | "length" | "tool-calls" | "content-filter" | "refusal" | "pause" | "error" | "unknown"
  readonly raw?: string
  readonly stop_sequence?: string
}

/** An error as the API tells it. */
export interface ToldError {
  readonly code: string
  readonly message: string
  readonly [more: string]: unknown
}

/** One request to a model, when it has ended. */
export interface Step {
  readonly number: number
  readonly request_id: string
  readonly model: string
  readonly route?: string
  readonly usage?: Usage
  readonly cost_e10?: number
  readonly currency?: string
  readonly attempts?: readonly Readonly<Record<string, unknown>>[]
  readonly finish?: Finish
  readonly error?: { readonly error: ToldError }
  readonly started_at_ms?: number
  readonly first_token_at_ms?: number
  readonly ended_at_ms?: number
}

export interface ContextReport {
  readonly window_tokens: number
  readonly left?: number
  readonly dropped?: readonly string[]
  readonly shortened?: readonly string[]
  readonly summarised?: readonly string[]
}

export type Content =
  | (Said & { readonly kind: "text-start"; readonly index: number; readonly provider_data?: ProviderData })
  | (Said & {
      readonly kind: "text-delta"
      readonly index: number
      readonly text: string
      readonly provider_data?: ProviderData
    })
  | (Said & { readonly kind: "text-end"; readonly index: number; readonly whole?: string })
  | (Said & { readonly kind: "reasoning-start"; readonly index: number; readonly redacted?: string })
  | (Said & {
      readonly kind: "reasoning-delta"
      readonly index: number
      readonly text?: string
      readonly signature?: string
      readonly provider_data?: ProviderData
    })
  | (Said & { readonly kind: "reasoning-end"; readonly index: number })
  | (Said & {
      readonly kind: "tool-call-start"
      readonly index: number
      readonly id: string
      readonly name: string
      readonly provider_data?: ProviderData
    })
  | (Said & { readonly kind: "tool-call-delta"; readonly index: number; readonly arguments: string })
  | (Said & { readonly kind: "tool-call-end"; readonly index: number })
  | (Said & { readonly kind: "citation"; readonly index: number; readonly citation: CitationPart })
  | (Said & { readonly kind: "refusal-delta"; readonly index: number; readonly text: string })
  | (Said & {
      readonly kind: "opaque"
      readonly dialect: string
      readonly type: string
      readonly raw?: unknown
      readonly index?: number
    })
  | (Said & { readonly kind: "finish"; readonly finish: Finish })

export type Entry =
  | Content
  | (Said & { readonly kind: "response-start"; readonly model?: string; readonly usage?: Usage })
  | (Said & { readonly kind: "usage"; readonly usage: Usage })
  | (Said & { readonly kind: "error"; readonly message: string; readonly code?: string })
  | { readonly kind: "context"; readonly report: ContextReport }
  | { readonly kind: "asked" }
  | { readonly kind: "step-start"; readonly number: number; readonly request_id: string; readonly model: string }
  | { readonly kind: "step-end"; readonly step: Step }
  | {
      readonly kind: "tool-approval"
      readonly position: number
      readonly call_id: string
      readonly name: string
      readonly state: "waiting" | "given" | "refused"
      readonly reason?: string
      readonly by?: string
    }
  | { readonly kind: "tool-start"; readonly position: number; readonly call_id: string; readonly name: string }
  | {
      readonly kind: "tool-result"
      readonly position: number
      readonly result: ToolResultPart
      readonly duration_ms: number
    }
  | {
      readonly kind: "turn-end"
      readonly status: MessageStatus
      readonly finish?: Finish
      readonly error?: { readonly error: ToldError }
    }

export type MessageStatus = "complete" | "interrupted" | "failed"

/** The end of a run of an answer: `message` is null where what it answered was erased meanwhile. */
export interface TurnEnd {
  readonly status: "done" | "failed" | "cancelled" | "interrupted"
  readonly data?: {
    readonly message?: string | null
    readonly status?: MessageStatus
    readonly error?: ToldError
  } | null
}

/** A piece of an entry that is too large for one event: its JSON, to be joined until `is_last`. */
export interface Chunk {
  readonly of: string
  readonly text: string
  readonly is_last: boolean
}

export const CHUNK = "chunk-delta"
export const END = "end"

export function isEntry(data: unknown): data is Entry {
  return data instanceof Object && typeof Reflect.get(data, "kind") === "string"
}

export function isChunk(data: unknown): data is Chunk {
  return data instanceof Object && typeof Reflect.get(data, "text") === "string"
}

export function isTurnEnd(data: unknown): data is TurnEnd {
  return data instanceof Object && typeof Reflect.get(data, "status") === "string"
}
