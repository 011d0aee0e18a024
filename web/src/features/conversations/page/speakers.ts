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
  readonly #known = new Map<string, Speaker>()
  #self: Speaker | null = null

  /** Who writes here: the person who has spoken, and one called `name` until somebody has. */
  self(name: string): Speaker {
    if (this.#self !== null) return this.#self
    return { id: "person:", kind: "person", name, letters: lettersOf(name, "person", 0), voice: FIRST_PERSON }
  }

  /** The same object for the same speaker. */
  of(author: Author): Speaker {
    const kind = author.kind === "person" ? "person" : "model"
    const told = author.display_name ?? author.name ?? ""
    const id = `${kind}:${told}`
    const speaker = this.#known.get(id) ?? this.#meet(id, kind, told)
    // Who was imported has no id: nobody writes here as one of them.
    if (kind === "person" && author.id) this.#self ??= speaker
    return speaker
  }

  #meet(id: string, kind: Speaker["kind"], told: string): Speaker {
    const name = kind === "model" ? shortName(told) : told
    const isFirst = kind === "person" && ![...this.#known.values()].some((one) => one.kind === "person")
    const voice = isFirst ? FIRST_PERSON : this.#free(id)
    const speaker: Speaker = { id, kind, name, letters: lettersOf(name, kind, this.#known.size), voice }
    this.#known.set(id, speaker)
    return speaker
  }

  /** The same speaker wants the same voice everywhere; where another has it, the next that is free. */
  #free(id: string): Voice {
    const wanted = hashOf(id) % OTHERS.length
    const order = [...OTHERS.slice(wanted), ...OTHERS.slice(0, wanted)]
    const taken = new Set([...this.#known.values()].map(({ voice }) => voice))
    return order.find((one) => !taken.has(one)) ?? order[0] ?? 1
  }
}

/** Nobody else's, so that it does not matter who was seen first. */
const FIRST_PERSON: Voice = 9
const OTHERS = VOICE_ORDER.filter((voice) => voice !== FIRST_PERSON)

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
