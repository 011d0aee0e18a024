import { MessageCircle, MessageSquareText } from "lucide-react"
import type { components } from "@/api/schema"
import type { Finding } from "@/features/palette/find"

type TitleHit = Pick<components["schemas"]["TitleHit"], "conversation_id" | "title">
type Hit = Pick<components["schemas"]["Hit"], "message_id" | "conversation_id" | "title" | "snippet">

/** The conversations that were found by their title, then by what was said in them; `untitled` is what is without one. */
export function findConversations(
  titles: readonly TitleHit[],
  messages: readonly Hit[],
  untitled: string,
  go: (conversationId: string, messageId?: string) => void,
): readonly Finding[] {
  const byTitle = titles.map(
    (hit): Finding => ({
      id: `conversation-${hit.conversation_id}`,
      title: hit.title || untitled,
      icon: MessageCircle,
      run: () => go(hit.conversation_id),
    }),
  )
  const byWords = messages.map(
    (hit): Finding => ({
      id: `message-${hit.message_id}`,
      title: hit.title || untitled,
      preview: hit.snippet,
      icon: MessageSquareText,
      run: () => go(hit.conversation_id, hit.message_id),
    }),
  )
  return [...byTitle, ...byWords]
}
