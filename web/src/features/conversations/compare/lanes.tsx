import { useLingui } from "@lingui/react/macro"
import { plural } from "@lingui/core/macro"
import { useQuery } from "@tanstack/react-query"
import { X } from "lucide-react"
import { useRef, useState } from "react"
import { IconButton } from "@/components/ui/icon-button"
import { Notice } from "@/components/ui/notice"
import { acts } from "@/features/conversations/api/acts"
import { besideQuery } from "@/features/conversations/api/branching"
import { answersQuery } from "@/features/conversations/api/conversations"
import { useAct } from "@/features/conversations/api/use-act"
import { Lane } from "@/features/conversations/compare/lane"
import { LanePages } from "@/features/conversations/compare/lane-pages"
import { laneIds } from "@/features/conversations/compare/lane-ids"
import { leafOf } from "@/features/conversations/page/acts/leaf"
import { focusTurns } from "@/features/conversations/page/focus-turns"
import { useTalk } from "@/features/conversations/page/talk-context"

interface LanesProps {
  /** The message they answer; empty for the beginning. */
  parentId: string
  /** The answer with which the branch goes on; null while there is none. */
  shownId: string | null
  /** The message that is edited. */
  editedId: string | null
}

/** The newest two to four answers to the same words, and the shown one, side by side: whole, or as they are written. */
export function Lanes({ parentId, shownId, editedId }: LanesProps) {
  const { t } = useLingui()
  const talk = useTalk()
  const act = useAct()
  const track = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState(0)
  const { id, branchId } = talk
  const answers = useQuery(besideQuery(id, parentId)).data ?? []
  const running = (useQuery(answersQuery(id)).data ?? []).filter((one) => one.parent_id === parentId)
  // What was being written here stays in its place until the message it became is there.
  const [known, setKnown] = useState<readonly string[]>([])
  const ids = laneIds(known, answers, running, shownId)
  if (ids.some((one) => !known.includes(one))) setKnown(ids)
  const lanes = ids.map((laneId) => ({
    id: laneId,
    message: answers.find((one) => one.id === laneId) ?? null,
    runId: running.find((one) => one.message_id === laneId)?.run_id ?? null,
  }))
  const pick = async (messageId: string): Promise<void> => {
    if (messageId !== shownId) {
      const leaf = await leafOf(id, messageId)
      const moved = await act.run(acts.moveBranch(id, branchId, { head_id: leaf, kind: "switch" }))
      if (moved === null) return
    }
    close()
  }
  const close = (): void => {
    focusTurns()
    talk.putBeside(null)
  }
  return (
    <div className="flex flex-col gap-3 pt-5">
      <div className="flex min-h-(--control) items-center gap-2">
        <h2 className="min-w-0 flex-1 truncate text-ui text-text-2">
          {plural(lanes.length, { one: "# answer to the same words", other: "# answers to the same words" })}
        </h2>
        <IconButton label={t`Show one answer`} onClick={close}>
          <X aria-hidden="true" className="size-4" strokeWidth={1.75} />
        </IconButton>
      </div>
      {act.problem ? <Notice tone="danger">{act.problem}</Notice> : null}
      <LanePages lanes={lanes} at={at} onGo={(place) => track.current?.children[place]?.scrollIntoView({ inline: "start", block: "nearest" })} />
      <div
        ref={track}
        role="group"
        aria-label={t`Answers side by side`}
        // Narrow screens swipe from one to the next; a scrolling region must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={({ currentTarget: { scrollLeft, clientWidth } }) => setAt(Math.round(Math.abs(scrollLeft) / Math.max(1, clientWidth)))}
        className="lanes-track"
      >
        {lanes.map((lane, place) => (
          <Lane
            key={lane.id}
            message={lane.message}
            runId={lane.runId}
            place={place + 1}
            count={lanes.length}
            isShown={lane.id === shownId}
            isEdited={lane.id === editedId}
            onPick={lane.message === null ? null : () => void pick(lane.id)}
          />
        ))}
      </div>
    </div>
  )
}
