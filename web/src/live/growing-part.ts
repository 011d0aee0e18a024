import type { CitationPart, Part, ProviderData } from "@/live/parts"
import { createRope, type Rope } from "@/live/rope"

/** One part while it grows. `whole` gives the same object until more has come. */
export interface GrowingPart {
  readonly kind: Part["kind"]
  readonly rope: Rope
  readonly citations: CitationPart[]
  add(text: string): void
  set(text: string): void
  sign(signature: string | undefined): void
  /** Keep what only one dialect understands, beside what was kept of others. */
  keep(own: ProviderData): void
  /** Keep it in place of what was kept. */
  own(own: ProviderData): void
  whole(): Part
}

/** Begin with a part that holds no text yet. */
export function growPart(start: Part): GrowingPart {
  const rope = createRope()
  let kept = start.provider_data
  let signature: string | undefined
  let made: Part | null = null

  const build = (): Part => {
    const base = kept === undefined ? {} : { provider_data: kept }
    const text = rope.text()
    switch (start.kind) {
      case "text":
        return { kind: "text", ...base, text }
      case "refusal":
        return { kind: "refusal", text }
      case "reasoning":
        return {
          kind: "reasoning",
          ...base,
          ...(text === "" ? {} : { text }),
          ...(signature === undefined ? {} : { signature }),
          ...(start.redacted === undefined ? {} : { redacted: start.redacted }),
        }
      case "tool-call":
        return { kind: "tool-call", ...base, id: start.id, name: start.name, arguments: text }
      default:
        return start
    }
  }

  return {
    kind: start.kind,
    rope,
    citations: [],
    add(text) {
      rope.add(text)
      made = null
    },
    set(text) {
      rope.set(text)
      made = null
    },
    sign(found) {
      if (!found) return
      signature = found
      made = null
    },
    keep(own) {
      kept = { ...kept, ...own }
      made = null
    },
    own(own) {
      kept = own
      made = null
    },
    whole() {
      made ??= build()
      return made
    },
  }
}

/** Whether a part says nothing: such a part is none of the message. */
export function isEmpty(part: Part): boolean {
  if (part.kind === "text") return part.text === "" && part.provider_data === undefined
  if (part.kind !== "reasoning") return false
  const own = part.provider_data
  return !part.text && !part.signature && !part.redacted && (own === undefined || Object.keys(own).length === 0)
}
