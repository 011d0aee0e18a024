import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query"
import { answersQuery } from "@/features/conversations/api/conversations"
import { echoesOf } from "@/features/conversations/api/echo"
import { isAtEnd, messagesIn, messagesQuery } from "@/features/conversations/api/messages"
import { type Line, linesOf } from "@/features/conversations/page/lines"
import { useOutbox } from "@/live/hooks"

interface Where {
  id: string
  /** The branch that is asked for; undefined for the one that opens first. */
  branchId: string | undefined
  /** Around which message; undefined at the end. */
  anchorId: string | undefined
}

/** The turns of a branch, and how to have more of them. */
export function useLines({ id, branchId, anchorId }: Where) {
  const place = { ...(branchId === undefined ? {} : { branchId }), ...(anchorId === undefined ? {} : { anchorId }) }
  const messages = useInfiniteQuery({ ...messagesQuery(id, place), placeholderData: keepPreviousData })
  const answers = useQuery(answersQuery(id))
  const outbox = useOutbox()
  const shown = messages.data?.pages.findLast(({ branch }) => branch)?.branch?.id ?? branchId ?? ""
  const atEnd = messages.data !== undefined && isAtEnd(messages.data)
  const lines: Line[] = linesOf({
    messages: messagesIn(messages.data),
    running: answers.data ?? [],
    echoes: echoesOf(outbox, id),
    branchId: shown,
    isAtEnd: atEnd,
  })
  return { messages, lines, branchId: shown, isAtEnd: atEnd }
}
