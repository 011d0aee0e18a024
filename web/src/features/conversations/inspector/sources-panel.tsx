import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { useInfiniteQuery } from "@tanstack/react-query"
import { FileText, Globe } from "lucide-react"
import { messagesIn, messagesQuery } from "@/features/conversations/api/messages"
import { sourcesIn } from "@/features/conversations/inspector/sources"
import { useOpenConversation } from "@/features/conversations/page/open"
import { Button } from "@/components/ui/button"
import { Group } from "@/components/ui/group"
import { Notice } from "@/components/ui/notice"
import { RowList } from "@/components/ui/row-list"
import { SkeletonRows } from "@/components/ui/skeleton"
import { moveWithArrows } from "@/lib/roving"

/** What answers of the branch cite and what was attached to it; each opens the turn where it stands. */
export function SourcesPanel() {
  const { t } = useLingui()
  const open = useOpenConversation()
  // A window of its own: to look further up here does not move what the page shows.
  const query = messagesQuery(open.id, { branchId: open.branchId })
  const messages = useInfiniteQuery({ ...query, queryKey: [...query.queryKey, "sources"] })
  const found = sourcesIn(messagesIn(messages.data))
  if (messages.data === undefined) {
    return (
      <div className="p-5">
        {messages.error ? <Notice tone="danger">{messages.error.message}</Notice> : <SkeletonRows rows={3} label={t`Loading the sources`} />}
      </div>
    )
  }
  return (
    <Group
      title={t`Sources`}
      aside={<span className="tabular text-caption text-text-2">{plural(found.length, { one: "# source", other: "# sources" })}</span>}
    >
      {found.length === 0 ? (
        <p className="text-ui text-text-2">{t`Nothing is cited or attached here yet.`}</p>
      ) : (
        <RowList items={found} height={48} keyOf={({ key }) => key} label={t`Sources`}>
          {(source, place, measure) => (
            <li ref={measure} data-index={place.position} className="list-none">
              <button
                type="button"
                data-roving
                tabIndex={place.isStop ? 0 : -1}
                onKeyDown={moveWithArrows}
                onClick={() => open.show(source.messageId)}
                className="quick flex min-h-12 w-full items-center gap-3 rounded-2 px-1 py-1 text-start -outline-offset-2 hover:bg-hover"
              >
                <span aria-hidden="true" className="tabular inline-grid size-5 shrink-0 place-items-center rounded-1 bg-accent-soft text-caption font-medium text-accent">
                  {source.kind === "cited" ? place.position + 1 : <FileText className="size-3.5" />}
                </span>
                <span className="min-w-0 flex-1">
                  <bdi className="block truncate text-ui">{source.title}</bdi>
                  <span className="flex min-w-0 items-center gap-1 text-caption text-text-2">
                    {source.address === null ? null : <Globe aria-hidden="true" className="size-3 shrink-0" />}
                    <bdi className="truncate">{source.address ?? (source.kind === "cited" ? t`Cited` : t`Attached`)}</bdi>
                  </span>
                </span>
              </button>
            </li>
          )}
        </RowList>
      )}
      {messages.hasPreviousPage ? (
        <span>
          <Button look="outline" disabled={messages.isFetchingPreviousPage} onClick={() => void messages.fetchPreviousPage()}>
            {t`Look further up`}
          </Button>
        </span>
      ) : null}
    </Group>
  )
}
