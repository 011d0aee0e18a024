import type { components } from "@/api/schema"
import { monogram, type Voice, VOICE_ORDER } from "@/lib/voices"

export type Author = components["schemas"]["Author"]

/** Who speaks, as a turn shows it. */
export interface Speaker {
  readonly id: string
  readonly kind: "person" | "model"
  /** Empty for a person without a name. */
  readonly name: string
  readonly letters: string
  readonly voice: Voice
}

/** Gives each speaker of a conversation a voice, and never another one while the page is open. */
export class Speakers {
  readonly #voices = new Map<string, Voice>()
  #self: Speaker | null = null

  /** Who writes here: the person who has spoken, and one called `name` until somebody has. */
  self(name: string): Speaker {
    if (this.#self !== null) return this.#self
    return { id: "person:", kind: "person", name, letters: lettersOf(name, "person", 0), voice: 9 }
  }

  of(author: Author): Speaker {
    const kind = author.kind === "person" ? "person" : "model"
    const told = author.display_name ?? author.name ?? ""
    const id = `${kind}:${told}`
    const name = kind === "model" ? shortName(told) : told
    const speaker: Speaker = { id, kind, name, letters: lettersOf(name, kind, this.#voices.size), voice: this.#voiceOf(id) }
    // Who was imported has no id: nobody writes here as one of them.
    if (kind === "person" && author.id) this.#self ??= speaker
    return speaker
  }

  /** The same speaker wants the same voice everywhere; where another has it, the next that is free. */
  #voiceOf(id: string): Voice {
    const had = this.#voices.get(id)
    if (had !== undefined) return had
    const wanted = id.startsWith("person:") && this.#people() === 0 ? PERSON_PLACE : hashOf(id) % VOICE_ORDER.length
    const taken = new Set(this.#voices.values())
    const order = [...VOICE_ORDER.slice(wanted), ...VOICE_ORDER.slice(0, wanted)]
    const voice = order.find((one) => !taken.has(one)) ?? order[0] ?? 1
    this.#voices.set(id, voice)
    return voice
  }

  #people(): number {
    return [...this.#voices.keys()].filter((id) => id.startsWith("person:")).length
  }
}

const PERSON_PLACE = VOICE_ORDER.indexOf(9)

/** `provider/maker/model:tag` is known by its last name. */
export function shortName(name: string): string {
  return name.split("/").at(-1) ?? name
}

function lettersOf(name: string, kind: Speaker["kind"], place: number): string {
  return monogram(name, place) || (kind === "person" ? "•" : "?")
}

function hashOf(text: string): number {
  let hash = 7
  for (const sign of text) hash = (hash * 31 + (sign.codePointAt(0) ?? 0)) % 1_000_003
  return hash
}
