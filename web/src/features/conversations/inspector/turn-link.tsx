import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { messageQuery } from "@/features/conversations/api/branching"
import { beginningOf, speakerOf } from "@/features/conversations/compare/words"
import { useOpenConversation } from "@/features/conversations/page/open"

interface TurnLinkProps {
  messageId: string
}

/** A turn by how it begins; a press shows it. */
export function TurnLink({ messageId }: TurnLinkProps) {
  const { t } = useLingui()
  const open = useOpenConversation()
  const message = useQuery(messageQuery(open.id, messageId))
  const words = message.data ? beginningOf(message.data) || t`Nothing in words` : "…"
  return (
    <button
      type="button"
      onClick={() => open.show(messageId)}
      className="quick flex min-h-(--row) w-full min-w-0 items-baseline gap-2 rounded-1 px-1 py-1 text-start text-ui -outline-offset-2 hover:bg-hover"
    >
      {message.data ? <bdi className="shrink-0 font-medium">{speakerOf(message.data)}</bdi> : null}
      <bdi className="min-w-0 truncate text-text-2">{words}</bdi>
    </button>
  )
}
