import { useLingui } from "@lingui/react/macro"
import { useQueries, useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import { messageQuery, versionsQuery } from "@/features/conversations/api/branching"
import { answersQuery } from "@/features/conversations/api/conversations"
import type { Message } from "@/features/conversations/api/messages"
import { useAct } from "@/features/conversations/api/use-act"
import { Lane } from "@/features/conversations/compare/lane"
import { Notice } from "@/components/ui/notice"
import { VOICE_ORDER } from "@/lib/voices"

interface LanesProps {
  /** An answer; those beside it stand beside it. */
  message: Message
  onPick: (messageId: string) => void
}

const MOST_LANES = 4

/** The newest two to four answers to the same words side by side; those under way are shown as they are written. */
export function Lanes({ message, onPick }: LanesProps) {
  const { t } = useLingui()
  const act = useAct()
  const { conversation_id: id, parent_id: parentId } = message
  const versions = useQuery(versionsQuery(id, message.id)).data ?? message.siblings
  const running = (useQuery(answersQuery(id)).data ?? []).filter((one) => one.parent_id === parentId)
  // What was being written here stays in its place when it has ended.
  const [known, setKnown] = useState<readonly string[]>([message.id])
  const more = [...versions, ...running.map((one) => one.message_id)].filter((one) => !known.includes(one))
  if (more.length > 0) setKnown([...known, ...more])
  const ids = known.toSorted().slice(-MOST_LANES)
  const finished = ids.filter((one) => running.every(({ message_id: made }) => made !== one))
  const found = useQueries({ queries: finished.map((one) => messageQuery(id, one)) })
  const byId = new Map(found.flatMap(({ data }) => (data ? [[data.id, data] as const] : [])))
  return (
    <div className="flex flex-col gap-3">
      {act.problem ? <Notice tone="danger">{act.problem}</Notice> : null}
      <div
        role="group"
        aria-label={t`Answers side by side`}
        // Narrow screens swipe from one to the next; a scrolling region must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="flex snap-x snap-mandatory items-stretch gap-5 overflow-x-auto md:overflow-x-visible"
      >
        {ids.map((one, index) => {
          const runId = running.find((run) => run.message_id === one)?.run_id ?? null
          return (
            <Lane
              key={one}
              message={byId.get(one) ?? null}
              runId={runId}
              place={index + 1}
              count={ids.length}
              voice={VOICE_ORDER[index] ?? 6}
              isShown={one === message.id}
              onPick={runId === null ? () => onPick(one) : null}
              onAgain={runId === null && !act.isPending ? () => void act.run(acts.regenerate(id, one)) : null}
            />
          )
        })}
      </div>
    </div>
  )
}
