import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query"
import { answersQuery } from "@/features/conversations/api/conversations"
import { type Echo, echoesOf } from "@/features/conversations/api/echo"
import { branchIn, isAtEnd, messagesIn, messagesQuery } from "@/features/conversations/api/messages"
import { type Beside, type Line, linesOf, splitBy } from "@/features/conversations/page/lines"
import { useOutbox } from "@/live/hooks"

interface Where {
  id: string
  /** The branch that is asked for; undefined for the one that opens first. */
  branchId: string | undefined
  /** Around which message; undefined at the end. */
  anchorId: string | undefined
  /** The branch that opens first. */
  ownId: string | null
  beside: Beside | null
}

/** The turns of a branch, and how to have more of them. */
export function useLines({ id, branchId, anchorId, ownId, beside }: Where) {
  const place = { ...(branchId === undefined ? {} : { branchId }), ...(anchorId === undefined ? {} : { anchorId }) }
  const messages = useInfiniteQuery({ ...messagesQuery(id, place), placeholderData: keepPreviousData })
  const answers = useQuery(answersQuery(id))
  const outbox = useOutbox()
  const shown = branchIn(messages.data) ?? branchId ?? ownId ?? ""
  const atEnd = messages.data !== undefined && isAtEnd(messages.data)
  const echoes = echoesOf(outbox, id)
  const lines: Line[] = linesOf({
    messages: messagesIn(messages.data),
    running: answers.data ?? [],
    echoes,
    branchId: shown,
    isAtEnd: atEnd,
    beside,
  })
  return { messages, lines, branchId: shown, isAtEnd: atEnd, split: splitBy(answers.data ?? [], shown), saidId: lastSaid(echoes, shown) }
}

/** What was said last on a branch and is not on the server yet. */
function lastSaid(echoes: readonly Echo[], branchId: string): string | null {
  const isHere = (echo: Echo): boolean => echo.state !== "refused" && (echo.branchId ?? branchId) === branchId
  return echoes.findLast(isHere)?.actId ?? null
}
