import { createContext, use } from "react"
import type { Speakers } from "@/features/conversations/page/speakers"
import type { Act } from "@/live/acts"

/** What the turns of an open conversation share. The same object while the same branch is open. */
export interface Talk {
  readonly id: string
  readonly branchId: string
  /** Who answers unless somebody else is asked; null where nobody has chosen. */
  readonly model: string | null
  readonly speakers: Speakers
  /** Change something; it is sent when the server is there, and a refusal is told in passing. */
  act(act: Act): void
  /** Make something, and go on with its id. */
  begin(act: Act, then: (id: string) => void): void
  /** Stop what is being written on this branch. */
  stop(): void
  /** Which message is being edited, if one is. */
  edit(messageId: string | null): void
  /** Look up a source of a message, by what tells it from the others there. */
  showSource(messageId: string, source: string): void
  /** Put all answers to a message side by side, to the first words where it is empty; null shows one of them again. */
  putBeside(parentId: string | null): void
  switchTo(branchId: string): void
  show(messageId: string): void
}

export const TalkContext = createContext<Talk | null>(null)

/** The open conversation around a turn. Throws: Error where there is none. */
export function useTalk(): Talk {
  const talk = use(TalkContext)
  if (talk === null) throw new Error("no conversation is open here")
  return talk
}
