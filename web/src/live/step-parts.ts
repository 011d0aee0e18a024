import type { Content, Finish } from "@/live/entries"
import { type GrowingPart, growPart, isEmpty } from "@/live/growing-part"
import type { CitationPart, OpaquePart, Part, ProviderData, ToolResultPart } from "@/live/parts"

/** The answer of one step while it grows: the same parts, in the same order, as the server's message has. */
export interface StepParts {
  readonly results: Map<number, ToolResultPart>
  readonly finish: Finish | null
  take(event: Content): void
  /** What was said and then what tools returned. A call that was not told to its end counts only if `withOpen`. */
  parts(withOpen: boolean): Part[]
  /** The part that grew last, unless it has ended. */
  growing(): GrowingPart | null
}

interface Choice {
  parts: Map<number, GrowingPart>
  /** What belongs to no part. */
  loose: (CitationPart | OpaquePart)[]
}

export function createStepParts(): StepParts {
  const choices = new Map<number, Choice>()
  const open = new Map<number, string>()
  const results = new Map<number, ToolResultPart>()
  let finish: Finish | null = null
  let last: GrowingPart | null = null

  const choiceOf = (event: Content): Choice => {
    const number = event.choice ?? 0
    let choice = choices.get(number)
    if (!choice) choices.set(number, (choice = { parts: new Map(), loose: [] }))
    return choice
  }
  const grown = (choice: Choice, index: number, start: Part): GrowingPart => {
    let part = choice.parts.get(index)
    if (!part) choice.parts.set(index, (part = growPart(start)))
    last = part
    return part
  }
  const begin = (choice: Choice, index: number, start: Part): void => {
    last = growPart(start)
    choice.parts.set(index, last)
  }
  const end = (choice: Choice, index: number): void => {
    if (last === choice.parts.get(index)) last = null
  }

  const take = (event: Content): void => {
    const choice = choiceOf(event)
    switch (event.kind) {
      case "text-start":
        return begin(choice, event.index, { kind: "text", ...ownOf(event), text: "" })
      case "text-delta": {
        const part = grown(choice, event.index, { kind: "text", text: "" })
        part.add(event.text)
        const signed = dataOf(event.provider_data, "gemini")
        if (signed && part.kind === "text") part.keep({ gemini: signed })
        return
      }
      case "text-end":
        if (event.whole !== undefined) choice.parts.get(event.index)?.set(event.whole)
        return end(choice, event.index)
      case "reasoning-start":
        return begin(choice, event.index, {
          kind: "reasoning",
          ...(event.redacted === undefined ? {} : { redacted: event.redacted }),
        })
      case "reasoning-delta": {
        const part = grown(choice, event.index, { kind: "reasoning" })
        part.add(event.text ?? "")
        part.sign(event.signature)
        if (part.kind !== "reasoning") return
        const item = dataOf(dataOf(event.provider_data, "responses"), "item", true)
        const thought = dataOf(event.provider_data, "gemini")
        if (item) part.own({ responses: { item } })
        else if (thought) part.own({ gemini: thought })
        return
      }
      case "reasoning-end":
        return end(choice, event.index)
      case "tool-call-start":
        open.set(event.index, event.id)
        return begin(choice, event.index, {
          kind: "tool-call",
          ...ownOf(event),
          id: event.id,
          name: event.name,
          arguments: "",
        })
      case "tool-call-delta":
        choice.parts.get(event.index)?.add(event.arguments)
        return
      case "tool-call-end":
        open.delete(event.index)
        return end(choice, event.index)
      case "refusal-delta":
        grown(choice, event.index, { kind: "refusal", text: "" }).add(event.text)
        return
      case "citation":
        ;(choice.parts.get(event.index)?.citations ?? choice.loose).push(event.citation)
        return
      case "opaque":
        return takeOpaque(choice, event)
      case "finish":
        if ((event.choice ?? 0) === 0) finish = event.finish
        last = null
        return
      default:
      // A later server may say more: it is passed over.
    }
  }

  const takeOpaque = (choice: Choice, event: Extract<Content, { kind: "opaque" }>): void => {
    const raw = event.raw === undefined || event.raw === null ? {} : { raw: event.raw }
    const part: OpaquePart = { kind: "opaque", dialect: event.dialect, type: event.type, ...raw }
    if (event.index === undefined) choice.loose.push(part)
    else choice.parts.set(event.index, growPart(part))
  }

  return {
    results,
    get finish() {
      return finish
    },
    take,
    growing: () => last,
    parts(withOpen) {
      const number = Math.min(...choices.keys())
      const choice = choices.get(number)
      const broken = new Set(withOpen ? [] : open.values())
      const found: Part[] = []
      for (const part of inOrder(choice?.parts)) found.push(part.whole(), ...part.citations)
      found.push(...(choice?.loose ?? []))
      const said = found.filter((part) => !isEmpty(part) && !(part.kind === "tool-call" && broken.has(part.id)))
      return [...said, ...inOrder(results)]
    },
  }
}

function inOrder<T>(numbered: ReadonlyMap<number, T> | undefined): T[] {
  return [...(numbered ?? [])].toSorted(([one], [other]) => one - other).map(([, value]) => value)
}

function ownOf(event: { readonly provider_data?: ProviderData }): { provider_data?: ProviderData } {
  return event.provider_data === undefined ? {} : { provider_data: event.provider_data }
}

/** What one dialect keeps in a value: an object; null for an empty one unless that counts too. */
function dataOf(own: ProviderData | null | undefined, name: string, orEmpty = false): ProviderData | null {
  const found = own?.[name]
  if (!isObject(found)) return null
  return orEmpty || Object.keys(found).length > 0 ? found : null
}

function isObject(value: unknown): value is ProviderData {
  return value instanceof Object && !Array.isArray(value)
}
