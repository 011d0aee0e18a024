/** What a message is made of, field for field as the server writes it. What is not there has its usual value. */

export type ProviderData = Readonly<Record<string, unknown>>

interface Common {
  readonly provider_data?: ProviderData
}

export interface TextPart extends Common {
  readonly kind: "text"
  readonly text: string
}

export interface ReasoningPart extends Common {
  readonly kind: "reasoning"
  readonly text?: string
  readonly signature?: string
  /** Thinking that only its provider can read. */
  readonly redacted?: string
}

export interface MediaPart extends Common {
  readonly kind: "image" | "audio" | "video" | "file"
  readonly media_type?: string
  /** In base64. */
  readonly data?: string
  readonly url?: string
  readonly file_id?: string
  readonly name?: string
  readonly detail?: string
  readonly transcript?: string
  readonly text?: string
}

export interface ToolCallPart extends Common {
  readonly kind: "tool-call"
  readonly id: string
  readonly name: string
  /** The JSON text that the model wrote; it may not parse. */
  readonly arguments: string
}

export interface ToolResultPart extends Common {
  readonly kind: "tool-result"
  readonly tool_call_id: string
  readonly name?: string
  readonly parts?: readonly Part[]
  readonly is_error?: boolean
}

export interface CitationPart extends Common {
  readonly kind: "citation"
  readonly url?: string
  readonly title?: string
  readonly text?: string
  /** Offsets in characters into the text part before it. */
  readonly start?: number
  readonly end?: number
}

export interface RefusalPart extends Common {
  readonly kind: "refusal"
  readonly text: string
}

export interface OpaquePart extends Common {
  readonly kind: "opaque"
  readonly dialect: string
  readonly type: string
  readonly raw?: unknown
}

export type Part =
  | TextPart
  | ReasoningPart
  | MediaPart
  | ToolCallPart
  | ToolResultPart
  | CitationPart
  | RefusalPart
  | OpaquePart

/** A later server may have kinds of its own: who draws parts passes over what it does not know. */
export function isPart(value: unknown): value is Part {
  return value instanceof Object && typeof Reflect.get(value, "kind") === "string"
}

/** The parts of a message from the API. */
export function partsOf(content: { parts: readonly unknown[] } | null): readonly Part[] {
  return content?.parts.filter(isPart) ?? []
}
