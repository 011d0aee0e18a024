import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { useInfiniteQuery } from "@tanstack/react-query"
import { ExternalLink, FileText, Globe } from "lucide-react"
import { useEffect, useRef } from "react"
import { messagesIn, messagesQuery } from "@/features/conversations/api/messages"
import { useInspector } from "@/features/conversations/inspector/inspector-state"
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
  const openWord = (name: string): string => t`Open ${name}`
  const found = sourcesIn(messagesIn(messages.data))
  const { source: wanted } = useInspector()
  const shown = found.find(({ key }) => key === wanted)?.key
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // After the inspector around it, which takes the focus where it comes to lie over the page.
    if (shown !== undefined) queueMicrotask(() => list.current?.querySelector<HTMLElement>("[aria-current] button")?.focus())
  }, [shown])
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
        <div ref={list}>
          <RowList items={found} height={48} keyOf={({ key }) => key} isChosen={({ key }) => key === wanted} label={t`Sources`}>
            {(source, place, measure) => (
              <li ref={measure} data-index={place.position} aria-current={source.key === wanted || undefined} className="flex list-none items-center">
                <button
                  type="button"
                  data-roving
                  tabIndex={place.isStop ? 0 : -1}
                  onKeyDown={moveWithArrows}
                  onClick={() => open.show(source.messageId)}
                  className="quick flex min-h-12 min-w-0 flex-1 items-center gap-3 rounded-2 px-1 py-1 text-start -outline-offset-2 hover:bg-hover in-aria-[current]:bg-selected"
                >
                  <span aria-hidden="true" className="tabular inline-grid size-5 shrink-0 place-items-center rounded-1 bg-accent-soft text-caption font-medium text-accent">
                    {source.number ?? <FileText className="size-3.5" />}
                  </span>
                  <span className="min-w-0 flex-1">
                    <bdi className="block truncate text-ui">{source.title}</bdi>
                    <span className="flex min-w-0 items-center gap-1 text-caption text-text-2">
                      {source.address === null ? null : <Globe aria-hidden="true" className="size-3 shrink-0" />}
                      <bdi className="truncate">{source.address ?? (source.kind === "cited" ? t`Cited` : t`Attached`)}</bdi>
                    </span>
                  </span>
                </button>
                {source.url === null ? null : (
                  <a
                    href={source.url}
                    target="_blank"
                    rel="noopener noreferrer"
                    tabIndex={place.isStop ? 0 : -1}
                    aria-label={openWord(source.title)}
                    title={source.url}
                    className="quick grid size-(--control) shrink-0 place-items-center rounded-2 text-text-2 hover:bg-hover hover:text-text"
                  >
                    <ExternalLink aria-hidden="true" className="size-4" strokeWidth={1.75} />
                  </a>
                )}
              </li>
            )}
          </RowList>
        </div>
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
