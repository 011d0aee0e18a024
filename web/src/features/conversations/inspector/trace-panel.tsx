import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { ChevronLeft, ChevronRight } from "lucide-react"
import { answerRequestQuery } from "@/features/conversations/api/conversations"
import { outlineQuery } from "@/features/conversations/api/outline"
import { setInspector, useInspector } from "@/features/conversations/inspector/inspector-state"
import { TraceView } from "@/features/conversations/inspector/trace-view"
import { TurnLink } from "@/features/conversations/inspector/turn-link"
import { useOpenConversation } from "@/features/conversations/page/open"
import { Group } from "@/components/ui/group"
import { IconButton } from "@/components/ui/icon-button"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { formatCount } from "@/lib/format"

/** How an answer came to be: the last one of the branch, unless another is chosen. */
export function TracePanel() {
  const { t, i18n } = useLingui()
  const open = useOpenConversation()
  const { answerId } = useInspector()
  const outline = useQuery(outlineQuery(open.id, open.branchId))
  const answers = (outline.data?.items ?? []).filter(({ role, is_deleted }) => role === "assistant" && !is_deleted)
  const found = answers.findIndex(({ id }) => id === answerId)
  const at = found < 0 ? answers.length - 1 : found
  const shown = answers[at]
  const choose = (place: number): void => setInspector({ answerId: answers[place]?.id ?? null })
  if (outline.data === undefined) {
    return (
      <div className="p-5">
        <QueryView query={outline} loading={<SkeletonRows rows={4} label={t`Loading the trace`} />}>
          {() => null}
        </QueryView>
      </div>
    )
  }
  if (shown === undefined) {
    return (
      <Group title={t`Trace`}>
        <p className="text-ui text-text-2">{t`No model has answered on this branch yet.`}</p>
      </Group>
    )
  }
  const place = t`${formatCount(at + 1, i18n.locale)} of ${formatCount(answers.length, i18n.locale)}`
  return (
    <>
      <Group
        title={t`Answer`}
        aside={
          <span className="flex items-center gap-1">
            <IconButton label={t`Answer before`} disabled={at <= 0} onClick={() => choose(at - 1)}>
              <ChevronLeft aria-hidden="true" className="size-4 rtl:-scale-x-100" />
            </IconButton>
            <span className="tabular text-caption text-text-2">{place}</span>
            <IconButton label={t`Answer after`} disabled={at >= answers.length - 1} onClick={() => choose(at + 1)}>
              <ChevronRight aria-hidden="true" className="size-4 rtl:-scale-x-100" />
            </IconButton>
          </span>
        }
      >
        <TurnLink messageId={shown.id} />
      </Group>
      <Trace key={shown.id} messageId={shown.id} />
    </>
  )
}

interface TraceProps {
  messageId: string
}

function Trace({ messageId }: TraceProps) {
  const { t } = useLingui()
  const request = useQuery(answerRequestQuery(messageId))
  const { error } = request
  if (error && request.data === undefined) {
    return (
      <Group title={t`Trace`}>
        <p className="text-ui text-text-2">{error.message}</p>
      </Group>
    )
  }
  return (
    <QueryView query={request} loading={<div className="p-5"><SkeletonRows rows={5} label={t`Loading the trace`} /></div>}>
      {(exact) => <TraceView exact={exact} />}
    </QueryView>
  )
}
