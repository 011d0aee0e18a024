import { createContext, use } from "react"

/** The conversation that a page shows, for all that stands around its turns. */
export interface OpenConversation {
  readonly id: string
  /** The branch that is shown. */
  readonly branchId: string
  /** Its last message; null while there is none. */
  readonly endId: string | null
  /** The model that answers next; null where nobody has chosen one. */
  readonly model: string | null
  /** Scroll to a message; where it is on another branch, switch to that. */
  show(messageId: string): void
  switchTo(branchId: string): void
  /** Stop what is being written on the shown branch. */
  stop(): void
}

export const OpenConversationContext = createContext<OpenConversation | null>(null)

/** The conversation around a component. Throws: Error where there is none. */
export function useOpenConversation(): OpenConversation {
  const open = use(OpenConversationContext)
  if (open === null) throw new Error("no conversation is open here")
  return open
}
