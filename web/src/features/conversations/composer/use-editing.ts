import { useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { messagesIn, messagesQuery } from "@/features/conversations/api/messages"
import type { OpenConversation } from "@/features/conversations/page/open"
import type { Attachment, DraftStore } from "@/live/drafts"
import { type Part, partsOf } from "@/live/parts"

interface Editing {
  /** The message in whose place the box's words are said; null when they are said below the last one. */
  readonly messageId: string | null
  /** Put the last message of one's own into the empty box. */
  begin(): void
  /** Leave the message as it is, and the box empty. */
  end(): void
  /** The words went out. */
  sent(): void
}

export function useEditing(conversation: OpenConversation | null, store: DraftStore): Editing {
  const queries = useQueryClient()
  const [messageId, setMessageId] = useState<string | null>(null)
  const begin = async (): Promise<void> => {
    if (conversation === null) return
    const query = messagesQuery(conversation.id, { branchId: conversation.branchId })
    const pages = await queries.ensureInfiniteQueryData(query)
    const last = messagesIn(pages).findLast((message) => message.role === "user" && message.content !== null)
    if (last === undefined) return
    const parts = partsOf(last.content)
    store.change({ text: wordsOf(parts), attachments: filesOf(parts) })
    setMessageId(last.id)
  }
  return {
    messageId,
    // Where it cannot be read there is nothing to edit, and the page says why.
    begin: () => void begin().catch(() => undefined),
    end() {
      setMessageId(null)
      store.change({ text: "", attachments: [] })
    },
    sent: () => setMessageId(null),
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
