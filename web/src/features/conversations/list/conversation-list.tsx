import { useLingui } from "@lingui/react/macro"
import { useQueryClient } from "@tanstack/react-query"
import { Suspense, useCallback, useState } from "react"
import { startFresh } from "@/features/conversations/api/start-fresh"
import { openSidebar } from "@/features/conversations/list/api/opening"
import { ListContext } from "@/features/conversations/list/list-context"
import { ListHead } from "@/features/conversations/list/list-head"
import { ListLines } from "@/features/conversations/list/list-lines"
import { ListState } from "@/features/conversations/list/list-state"
import { useChoice } from "@/features/conversations/list/use-choice"
import { useFreshRows } from "@/features/conversations/list/use-fresh-rows"
import { useLines } from "@/features/conversations/list/use-lines"
import { useListKeys } from "@/features/conversations/list/use-list-keys"
import { sortMany } from "@/features/conversations/list/sorting"
import { useView } from "@/features/conversations/list/use-view"
import { useWriting } from "@/features/conversations/list/use-writing"
import { lazy } from "@/lib/lazy"
import { useParam } from "@/router"

const BulkBar = lazy(() => import("@/features/conversations/list/bulk-bar").then((module) => ({ default: module.BulkBar })))

/** The conversations of the sidebar: pinned, of today, of yesterday and before, or those of a folder or tag. */
export function ConversationList() {
  const { t } = useLingui()
  const [view, setView] = useView()
  const queries = useQueryClient()
  startFresh(queries)
  openSidebar(queries)
  const { lines, query, hasMore, readOn } = useLines(view)
  useFreshRows()
  const writing = useWriting()
  const current = useParam("/c/$id") || null
  const { chosen, choose, chooseNone, chooseAll } = useChoice(lines)
  const [renaming, setRenaming] = useState<string | null>(null)
  const [focused, setFocused] = useState<string | null>(null)
  const [focusOn, setFocusOn] = useState<{ id: string; asked: number } | null>(null)

  const placeOf = (id: string | null): number => lines.findIndex((line) => line.kind === "row" && line.id === id)
  const stopAt = [placeOf(focused), placeOf(current), lines.findIndex(({ kind }) => kind === "row")].find((at) => at >= 0) ?? -1
  const stop = stopAt < 0 ? null : (lines[stopAt]?.id ?? null)
  const about = (id: string): readonly string[] => (chosen.has(id) ? [...chosen] : [id])
  const go = (id: string): void => {
    setFocused(id)
    setFocusOn({ id, asked: (focusOn?.asked ?? 0) + 1 })
  }
  const endRenaming = (id: string | null): void => {
    if (id === null && renaming !== null) go(renaming)
    setRenaming(id)
  }
  const remove = (id: string): void => {
    const gone = new Set(about(id))
    const next = lines.find((line, place) => place > stopAt && line.kind === "row" && !gone.has(line.id))
    sortMany("delete", [...gone])
    chooseNone()
    if (next) go(next.id)
  }
  const onKeyDown = useListKeys({
    lines,
    at: stopAt,
    go,
    choose,
    rename: setRenaming,
    remove,
    chooseAll,
    chooseNone: () => {
      chooseNone()
      return chosen.size > 0
    },
  })
  const onEndSeen = useCallback(() => void readOn().catch(() => undefined), [readOn])
  const isArchive = view.kind === "archived"

  return (
    <ListContext value={{ chosen, isArchive, stop, renaming, writing, choose, rename: endRenaming, focus: setFocused, about }}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys of the rows within it */}
      <div role="group" aria-label={t`Conversations`} onKeyDown={onKeyDown} className="flex flex-col px-2 pb-4">
        <ListHead view={view} onView={setView} />
        <ListState query={query} isEmpty={lines.length === 0} view={view}>
          <ListLines
            label={t`Conversations`}
            lines={lines}
            current={current}
            stopAt={stopAt}
            focusOn={focusOn}
            hasMore={hasMore}
            onEndSeen={onEndSeen}
          />
        </ListState>
        <Suspense>
          {chosen.size > 0 ? <BulkBar ids={[...chosen]} isArchive={isArchive} onAll={chooseAll} onEnd={chooseNone} /> : null}
        </Suspense>
      </div>
    </ListContext>
  )
}
