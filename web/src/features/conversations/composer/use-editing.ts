import { useQueryClient } from "@tanstack/react-query"
import { isAtEnd, type Message, type MessagePages, messagesIn, messagesQuery } from "@/features/conversations/api/messages"
import type { OpenConversation } from "@/features/conversations/page/open"
import type { Attachment, Draft, DraftStore } from "@/live/drafts"
import { type Part, partsOf } from "@/live/parts"
import { keys } from "@/live/query-keys"

interface Editing {
  /** The message in whose place the box's words are said; null when they are said below the last one. */
  readonly messageId: string | null
  /** Put the last message of one's own into the empty box. */
  begin(): void
  /** Leave the message as it is, and the box empty. */
  end(): void
}

/** Changing what was said, in the box one writes in. The draft knows of it: who comes back goes on changing. */
export function useEditing(conversation: OpenConversation | null, draft: Draft, store: DraftStore): Editing {
  "use no memo"
  const queries = useQueryClient()
  /** What is shown of the branch, which needs no network; else the server is asked. */
  const messagesOf = async ({ id, branchId }: OpenConversation): Promise<readonly Message[]> => {
    const known = queries.getQueriesData<MessagePages>({ queryKey: keys.messages(id) })
    const shown = known.find(([, pages]) => pages && isAtEnd(pages) && pages.pages.findLast((page) => page.branch)?.branch?.id === branchId)
    return messagesIn(shown?.[1] ?? (await queries.ensureInfiniteQueryData(messagesQuery(id, { branchId }))))
  }
  const begin = async (): Promise<void> => {
    if (conversation === null) return
    const last = (await messagesOf(conversation)).findLast((message) => message.role === "user" && message.content !== null)
    // Meanwhile somebody may have begun to write.
    if (last === undefined || store.view().text !== "") return
    const parts = partsOf(last.content)
    store.change({ text: wordsOf(parts), attachments: filesOf(parts), edits: last.id })
  }
  return {
    messageId: conversation === null ? null : draft.edits,
    // Where it cannot be read there is nothing to edit, and the page says why.
    begin: () => void begin().catch(() => undefined),
    end: () => store.change({ text: "", attachments: [], edits: null }),
  }
}

export function wordsOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n\n")
}

/** The files of the house that a message names. */
export function filesOf(parts: readonly Part[]): Attachment[] {
  return parts.flatMap((part) => {
    if (part.kind !== "image" && part.kind !== "audio" && part.kind !== "video" && part.kind !== "file") return []
    if (part.file_id === undefined) return []
    const { file_id: fileId, name = "", media_type: mediaType = "application/octet-stream" } = part
    return [{ fileId, name, mediaType, sizeBytes: 0 }]
  })
}
