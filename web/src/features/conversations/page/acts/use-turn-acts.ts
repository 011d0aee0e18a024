import { useLingui } from "@lingui/react/macro"
import { toast } from "@/components/ui/toast"
import type { Message } from "@/features/conversations/api/messages"
import { acts } from "@/features/conversations/api/acts"
import { leafOf } from "@/features/conversations/page/acts/leaf"
import { followFocus } from "@/features/conversations/page/focus-turns"
import { quoted } from "@/features/conversations/page/acts/quoted"
import { tellCopied } from "@/features/conversations/page/acts/tell-copied"
import { type Talk, useTalk } from "@/features/conversations/page/talk-context"
import { textOf } from "@/features/conversations/page/turn/turn-state"
import { partsOf } from "@/live/parts"
import { live } from "@/live/instance"
import { copyPlain, copyRich } from "@/markdown"

export interface TurnActs {
  copy(message: Message): void
  copyPlain(message: Message): void
  regenerate(message: Message, models?: readonly string[]): void
  goOn(message: Message): void
  quote(message: Message): void
  pin(message: Message): void
  /** Leave a message out of what models are told, or take it in again. */
  leaveOut(message: Message): void
  branch(message: Message): void
  remove(message: Message): void
  /** Show the sibling that is so many places further; nothing where there is none. */
  turnTo(message: Message, by: number): void
}

const MOST_NAME = 60

/** What can be done with a turn, by its buttons and its menu. */
export function useTurnActs(): TurnActs {
  return useActsOf(useTalk())
}

/** The same for whoever has the conversation at hand: keys. */
export function useActsOf(talk: Talk): TurnActs {
  "use no memo"
  const { t } = useLingui()
  const { id, branchId } = talk
  return {
    copy: (message) => void copyRich(said(message)).then(tellCopied),
    copyPlain: (message) => void copyPlain(said(message)).then(tellCopied),
    regenerate: (message, models) => {
      talk.act(acts.regenerate(id, message.id, { branch_id: branchId, ...(models ? { models: [...models] } : {}) }))
    },
    goOn: (message) => void talk.act(acts.goOn(id, message.id, { branch_id: branchId })),
    quote: (message) => {
      const draft = live().draft(id)
      const { text } = draft.view()
      draft.change({ text: `${text}${text === "" ? "" : "\n\n"}${quoted(selectedIn(message.id) || said(message))}\n\n` })
      document.getElementById("message-box")?.focus()
    },
    pin: (message) => void talk.act(acts.mark(id, message.id, { is_pinned: message.pinned_at_ms === null })),
    leaveOut: (message) => void talk.act(acts.mark(id, message.id, { is_excluded: message.excluded_at_ms === null })),
    branch: (message) => {
      const name = said(message).replaceAll(/\s+/g, " ").trim().slice(0, MOST_NAME) || t`New branch`
      talk.begin(acts.makeBranch(id, { head_id: message.id, name }), (made) => talk.switchTo(made))
    },
    remove: (message) => {
      talk.act(acts.removeMessage(id, message.id))
      toast({ text: t`The message was deleted.`, undo: () => void talk.act(acts.restoreMessage(id, message.id)) })
    },
    turnTo: (message, by) => {
      const versions = versionsOf(message)
      const next = versions[versions.indexOf(message.id) + by]
      if (next === undefined) return
      followFocus(next)
      void leafOf(id, next).then(
        (leaf) => talk.act(acts.moveBranch(id, branchId, { head_id: leaf, kind: "switch" })),
        () => toast({ text: t`The other version could not be loaded.` }),
      )
    },
  }
}

/** What a message says, in Markdown. */
export function said(message: Message): string {
  return textOf(partsOf(message.content))
}

/** All that stands in a message's place, in the order in which it came, itself among them. */
export function versionsOf({ id, siblings }: Pick<Message, "id" | "siblings">): readonly string[] {
  return siblings.length < 2 ? [id] : siblings
}

/** What is marked in a message with the pointer. */
function selectedIn(messageId: string): string {
  const selection = getSelection()
  const turn = document.querySelector(`[data-message="${CSS.escape(messageId)}"]`)
  const isWithin = turn !== null && selection !== null && turn.contains(selection.anchorNode) && turn.contains(selection.focusNode)
  return isWithin ? selection.toString().trim() : ""
}
