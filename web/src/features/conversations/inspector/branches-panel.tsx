import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { aboveQuery, type MapStop, mapQuery } from "@/features/conversations/api/branching"
import { conversationQuery } from "@/features/conversations/api/conversations"
import type { Message } from "@/features/conversations/api/messages"
import { BranchList } from "@/features/conversations/inspector/branch-list"
import { BranchTree } from "@/features/conversations/inspector/branch-tree"
import { BranchMenu } from "@/features/conversations/inspector/branch-menu"
import { TurnActs } from "@/features/conversations/inspector/turn-acts"
import { treeRows, withTurns } from "@/features/conversations/inspector/tree-rows"
import { useTalk } from "@/features/conversations/page/talk-context"
import { useOpenConversation } from "@/features/conversations/page/open"
import { Group } from "@/components/ui/group"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"

/** As many turns as are unfolded at once. */
const UNFOLDED = 50

/** The tree of the conversation, and the branches by name. */
export function BranchesPanel() {
  const { t } = useLingui()
  const open = useOpenConversation()
  const talk = useTalk()
  const conversation = useQuery(conversationQuery(open.id))
  const branches = (conversation.data?.branches ?? []).filter((one) => one.deleted_at_ms === null)
  const heads = branches.flatMap(({ head_id }) => (head_id === null ? [] : [head_id]))
  const map = useQuery({ ...mapQuery(open.id, heads), placeholderData: keepPreviousData })
  const [chosenId, setChosenId] = useState<string | null>(null)
  const [unfolded, setUnfolded] = useState<readonly string[]>([])
  const above = useQueries({ queries: unfolded.map((id) => aboveQuery(open.id, id, UNFOLDED)) })
  const loading = <SkeletonRows rows={4} label={t`Loading the branches`} />
  return (
    <QueryView query={map} loading={<div className="p-4">{loading}</div>}>
      {(tree) => {
        const stops = unfolded.reduce<readonly MapStop[]>(
          (all, id, place) => withTurns(all, id, (above[place]?.data?.items ?? []).map(stopOf)),
          tree.items,
        )
        const shown = branches.find(({ id }) => id === open.branchId)
        const voices = new Map(
          stops.map(({ author, author_kind: kind }) => [author ?? "", talk.speakers.of({ kind, display_name: author }).voice]),
        )
        const ends = Map.groupBy(branches, ({ head_id }) => head_id ?? "")
        const versions = tree.items.filter(({ children }) => children === 0).length
        return (
          <>
            <Group
              title={t`Tree`}
              aside={
                <span className="tabular text-caption text-text-2">
                  {plural(versions, { one: "# version", other: "# versions" })}
                </span>
              }
            >
              {tree.items.length === 0 ? (
                <p className="text-ui text-text-2">{t`Nothing has been said yet. Each version of a turn will stand here.`}</p>
              ) : (
                <BranchTree
                  rows={treeRows(stops, shown?.head_id ?? null)}
                  voices={voices}
                  endsHere={branches.length < 2 ? new Map() : new Map([...ends].map(([id, some]) => [id, some.map(({ name }) => name)]))}
                  shownId={shown?.head_id ?? null}
                  chosenId={chosenId}
                  onChoose={(id) => {
                    setChosenId(id)
                    open.show(id)
                  }}
                  onUnfold={(id) => setUnfolded((now) => (now.includes(id) ? now : [...now, id]))}
                />
              )}
              {tree.is_cut ? <p className="text-caption text-text-2">{t`There are more branches; these are the newest.`}</p> : null}
              {chosenId === null ? null : <TurnActs key={chosenId} messageId={chosenId} branch={shown ?? null} />}
            </Group>
            <Group
              title={t`Branches`}
              aside={shown && conversation.data ? <BranchMenu conversation={conversation.data} branch={shown} /> : null}
            >
              <BranchList branches={branches} opensId={conversation.data?.branch_id ?? null} />
            </Group>
          </>
        )
      }}
    </QueryView>
  )
}

/** A message as a place of the map. */
function stopOf(message: Message): MapStop {
  const { id, role, status, tokens, created_at_ms, author } = message
  const words = (message.content?.parts ?? []).map((part) => String(part["text"] ?? "")).join(" ")
  return {
    id,
    role,
    status,
    tokens,
    created_at_ms,
    author: author.display_name ?? author.name ?? null,
    author_kind: author.kind,
    is_pinned: message.pinned_at_ms !== null,
    is_deleted: message.deleted_at_ms !== null,
    parent_id: message.parent_id,
    between: 0,
    children: 1,
    words: words.slice(0, 80),
  }
}
