import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useDeferredValue } from "react"
import { contextQuery } from "@/features/conversations/api/conversations"
import { estimateTokens } from "@/features/conversations/composer/tokens"
import type { OpenConversation } from "@/features/conversations/page/open"
import { formatCompact } from "@/lib/format"

interface TokenCountProps {
  text: string
  conversation: OpenConversation | null
  model: string | null
}

/** Counts are shown from here on: below, they tell nobody anything. */
const SHOWN_FROM = 20

/** About how many tokens the text has, and whether the model has room for them. */
export function TokenCount({ text, conversation, model }: TokenCountProps) {
  const { t, i18n } = useLingui()
  const settled = useDeferredValue(text)
  const tokens = estimateTokens(settled)
  const isShown = tokens >= SHOWN_FROM
  const asked = conversation === null ? {} : { branchId: conversation.branchId, ...(model === null ? {} : { model }) }
  const query = contextQuery(conversation?.id ?? "", asked)
  const context = useQuery({ ...query, enabled: isShown && conversation !== null && conversation.endId !== null })
  if (!isShown) return null
  const left = context.data?.left ?? null
  const count = formatCompact(tokens, i18n.locale)
  const isOver = left !== null && tokens > left
  return (
    <span className={`tabular shrink-0 text-caption ${isOver ? "font-medium text-danger" : "text-text-2"}`}>
      {left === null || tokens < left / 4 ? t`about ${count} tokens` : t`about ${count} of ${formatCompact(left, i18n.locale)} tokens`}
    </span>
  )
}
