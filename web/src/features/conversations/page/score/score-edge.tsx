import { useLingui } from "@lingui/react/macro"
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { useMemo, useSyncExternalStore } from "react"
import { outlineQuery } from "@/features/conversations/api/outline"
import type { Line } from "@/features/conversations/page/lines"
import { Score } from "@/features/conversations/page/score/score"
import type { ScoredTurn } from "@/features/conversations/page/score/segments"
import { useTalk } from "@/features/conversations/page/talk-context"
import type { Windower } from "@/features/conversations/page/window/windower"

interface ScoreEdgeProps {
  lines: readonly Line[]
  windower: Windower
}

const HIDDEN_ROLES: ReadonlySet<string> = new Set(["system", "developer", "tool"])

/** The score of the whole branch, of which the lines are a part. */
export function ScoreEdge({ lines, windower }: ScoreEdgeProps) {
  const { t } = useLingui()
  const talk = useTalk()
  const { data } = useQuery({ ...outlineQuery(talk.id, talk.branchId), enabled: talk.branchId !== "", placeholderData: keepPreviousData })
  const view = useSyncExternalStore(windower.subscribe, windower.view)
  const { speakers } = talk
  const [you, model] = [t`You`, t`Model`]
  const turns = useMemo(
    () =>
      (data?.items ?? []).flatMap((line): ScoredTurn[] => {
        if (HIDDEN_ROLES.has(line.role)) return []
        const kind = line.role === "assistant" ? "model" : line.author_kind
        const { voice, name } = speakers.of({ kind, display_name: line.author })
        return [{ id: line.id, voice, tokens: line.tokens, name: name || (kind === "person" ? you : model) }]
      }),
    [data, speakers, you, model],
  )
  const places = useMemo(() => new Map(turns.map(({ id }, at) => [id, at])), [turns])
  const placeOf = (at: number, otherwise: number): number => places.get(lines[at]?.message?.id ?? "") ?? otherwise
  const running = lines.flatMap((line) => line.lanes?.running ?? line.running ?? [])
  const onShow = (turn: ScoredTurn): void => {
    const line = lines.find(({ message }) => message?.id === turn.id)
    if (line === undefined) talk.show(turn.id)
    else windower.reveal(line.key)
  }
  return <Score turns={turns} running={running} top={placeOf(view.top, 0)} bottom={placeOf(view.bottom, turns.length - 1)} onShow={onShow} />
}
