import { useLingui } from "@lingui/react/macro"
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { Suspense, useEffect, useState } from "react"
import { Problem } from "@/api/problem"
import { PageHeader } from "@/components/shell/page-header"
import { conversationQuery } from "@/features/conversations/api/conversations"
import { openConversation } from "@/features/conversations/api/opening"
import { startFresh } from "@/features/conversations/api/start-fresh"
import { LoadProblem } from "@/features/conversations/page/load-problem"
import { TalkSkeleton } from "@/features/conversations/page/talk-skeleton"
import { TalkView } from "@/features/conversations/page/talk-view"
import { lazy } from "@/lib/lazy"
import { isActId } from "@/live/acts"
import { live } from "@/live/instance"
import { texts, useParam, useSearch } from "@/router"

const readSearch = texts("branch", "message")

const PendingPage = lazy(() => import("@/features/conversations/start/pending-page").then((module) => ({ default: module.PendingPage })))

/** One conversation, at `/c/$id`: its turns, and what is said next. */
export function ConversationPage() {
  const id = useParam("/c/$id")
  if (!isActId(id)) return <MadePage id={id} />
  return (
    <Suspense>
      <PendingPage key={id} actId={id} />
    </Suspense>
  )
}

/** One that the server has. */
function MadePage({ id }: { id: string }) {
  const { t } = useLingui()
  const { branch, message } = useSearch(readSearch)
  const queries = useQueryClient()
  startFresh(queries)
  openConversation(queries, id, { ...(branch === undefined ? {} : { branchId: branch }), ...(message === undefined ? {} : { anchorId: message }) })
  const conversation = useQuery({ ...conversationQuery(id), retry: retryOffline })
  useEffect(() => {
    live().finished.look(id)
    return () => live().finished.look(null)
  }, [id])
  // One that is opened, or begun, is there at once; one that takes another's place comes up softly.
  const [firstId] = useState(id)
  const [isSwitched, setIsSwitched] = useState(false)
  if (id !== firstId && !isSwitched) setIsSwitched(true)
  const title = conversation.data?.title || t`Conversation`
  useEffect(() => {
    document.title = `${title} · Salon`
  }, [title])
  if (conversation.data) {
    return <TalkView key={id} conversation={conversation.data} branchId={branch} messageId={message} isSwitched={isSwitched} />
  }
  return (
    <>
      <PageHeader title={t`Conversation`} />
      <main data-pane="main" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto">
        {conversation.error ? (
          <LoadProblem error={conversation.error} onRetry={() => void conversation.refetch()} />
        ) : (
          <TalkSkeleton />
        )}
      </main>
    </>
  )
}

/** A refusal stays one; a network comes back. */
function retryOffline(count: number, problem: Error): boolean {
  return count < 2 && !(problem instanceof Problem && problem.kind === "refused")
}
