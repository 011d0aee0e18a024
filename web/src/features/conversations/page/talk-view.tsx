import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useEffectEvent, useMemo, useState } from "react"
import { toast } from "@/components/ui/toast"
import type { Conversation } from "@/features/conversations/api/conversations"
import { keyOf } from "@/features/conversations/api/echo"
import { messagesQuery } from "@/features/conversations/api/messages"
import { Composer } from "@/features/conversations/composer"
import { Inspector } from "@/features/conversations/inspector"
import { setInspector, sourceOf } from "@/features/conversations/inspector/inspector-state"
import { useActing } from "@/features/conversations/page/acts/use-acting"
import { Announcer } from "@/features/conversations/page/announcer"
import { leadTo } from "@/features/conversations/page/lead-to"
import { LoadProblem } from "@/features/conversations/page/load-problem"
import { type OpenConversation, OpenConversationContext } from "@/features/conversations/page/open"
import { ScoreEdge } from "@/features/conversations/page/score/score-edge"
import { Speakers } from "@/features/conversations/page/speakers"
import { type Talk, TalkContext } from "@/features/conversations/page/talk-context"
import { TalkHeader } from "@/features/conversations/page/talk-header"
import { TalkSkeleton } from "@/features/conversations/page/talk-skeleton"
import { TurnList } from "@/features/conversations/page/turn-list"
import { useBeside } from "@/features/conversations/page/use-beside"
import { useInspected } from "@/features/conversations/page/use-inspected"
import { useLines } from "@/features/conversations/page/use-lines"
import { useReading } from "@/features/conversations/page/use-reading"
import { useStop } from "@/features/conversations/page/use-stop"
import { useTurnKeys } from "@/features/conversations/page/use-turn-keys"
import { Windower } from "@/features/conversations/page/window/windower"
import { navigate } from "@/router"

interface TalkViewProps {
  conversation: Conversation
  /** The branch and the message that the address names. */
  branchId: string | undefined
  messageId: string | undefined
  /** It takes the place of another conversation. */
  isSwitched: boolean
}

/** A conversation that is there: its header, its turns, and what is said next. */
export function TalkView({ conversation, branchId: askedId, messageId, isSwitched }: TalkViewProps) {
  const { id } = conversation
  const queries = useQueryClient()
  const [beside, putBeside, followSplit] = useBeside(id)
  const where = { id, branchId: askedId, anchorId: messageId, ownId: conversation.branch_id }
  const { messages, lines, branchId, isAtEnd, split, saidId } = useLines({ ...where, beside })
  followSplit(split)
  const [windower] = useState(() => openedAt(new Windower(), messageId))
  const [speakers] = useState(() => new Speakers())
  const [editedId, edit] = useState<string | null>(null)
  const acting = useActing()
  const [isInspected, setIsInspected] = useInspected()
  const stop = useStop(id, branchId)
  useReading(conversation)
  const model = typeof conversation.settings["model"] === "string" ? conversation.settings["model"] : null

  const talk = useMemo((): Talk => {
    const go = (search: { branch?: string; message?: string }): void => {
      navigate({ to: "/c/$id", params: { id }, search })
    }
    return {
      id,
      branchId,
      model,
      speakers,
      ...acting,
      stop,
      edit,
      showSource(message, source) {
        setInspector({ panel: "sources", source: sourceOf(message, source) })
        setIsInspected(true)
      },
      putBeside,
      switchTo: (branch) => go({ branch }),
      show(message) {
        if (windower.reveal(keyOf({ id: message }))) return
        const found = leadTo(queries, { id, branchId }, message)
        found.then((branch) => go({ branch, message })).catch((problem: Error) => toast({ text: problem.message, tone: "danger" }))
      },
    }
  }, [id, branchId, model, speakers, acting, stop, putBeside, windower, queries, setIsInspected])

  // A link to a message, or a hit of a search, while the conversation is open already.
  const shownKey = messageId === undefined ? undefined : lines.find((line) => line.message?.id === messageId)?.key
  useEffect(() => {
    if (shownKey !== undefined) windower.reveal(shownKey)
  }, [shownKey, windower])
  const toLatest = (): void => {
    windower.toEnd()
    if (isAtEnd) return
    if (messageId !== undefined) navigate({ to: "/c/$id", params: { id }, search: branchId === conversation.branch_id ? {} : { branch: branchId } })
    else void queries.resetQueries({ queryKey: messagesQuery(id, askedId === undefined ? {} : { branchId: askedId }).queryKey })
  }
  // What is said here is looked at, wherever one had been reading; what waited before the page came is not.
  const [before] = useState(saidId)
  const lookAtLatest = useEffectEvent(() => toLatest())
  useEffect(() => {
    if (saidId !== null && saidId !== before) lookAtLatest()
  }, [saidId, before])
  useTurnKeys({ talk, lines, windower })

  const endId = lines.findLast((line) => line.message !== null)?.message?.id ?? null
  const open: OpenConversation = {
    id,
    branchId,
    endId,
    model,
    show: talk.show,
    switchTo: talk.switchTo,
    stop,
  }
  return (
    <OpenConversationContext value={open}>
      <TalkContext value={talk}>
        <div className="flex min-h-0 min-w-0 flex-1">
          <div className="flex min-w-0 flex-1 flex-col">
            <TalkHeader conversation={conversation} branchId={branchId} isInspected={isInspected} onInspect={() => setIsInspected(!isInspected)} />
            <main data-switched={isSwitched || undefined} className="relative flex min-h-0 min-w-0 flex-1 flex-col">
              {messages.data ? (
                <TurnList
                  lines={lines}
                  windower={windower}
                  editedId={editedId}
                  isAtEnd={isAtEnd}
                  onStart={() => {
                    if (messages.hasPreviousPage) void messages.fetchPreviousPage(ONE_AT_A_TIME)
                  }}
                  onEnd={() => {
                    if (messages.hasNextPage) void messages.fetchNextPage(ONE_AT_A_TIME)
                  }}
                  onLatest={toLatest}
                  edge={<ScoreEdge lines={lines} windower={windower} />}
                />
              ) : messages.error ? (
                <LoadProblem error={messages.error} onRetry={() => void messages.refetch()} />
              ) : (
                <TalkSkeleton />
              )}
              <div className="shrink-0 px-3 pb-3 sm:px-4">
                <Composer conversation={open} />
              </div>
              <Announcer lines={lines} speakers={speakers} />
            </main>
          </div>
          {isInspected ? <Inspector onClose={() => setIsInspected(false)} /> : null}
        </div>
      </TalkContext>
    </OpenConversationContext>
  )
}

/** What is asked for while a page is on its way is asked for again when that has come. */
const ONE_AT_A_TIME = { cancelRefetch: false } as const

function openedAt(windower: Windower, messageId: string | undefined): Windower {
  if (messageId !== undefined) windower.openAt(messageId)
  return windower
}
