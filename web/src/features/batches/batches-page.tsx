import { Plural, useLingui } from "@lingui/react/macro"
import { useInfiniteQuery } from "@tanstack/react-query"
import { ChoiceList } from "@/components/ui/choice-list"
import { OlderButton } from "@/components/ui/older-button"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { batchesQuery } from "@/features/batches/api/batches"
import { BatchFace } from "@/features/batches/batch-face"
import { BatchPanel } from "@/features/batches/batch-panel"
import { NoBatches } from "@/features/batches/no-batches"
import { HouseFrame } from "@/features/house/house-frame"
import { useNow } from "@/lib/use-now"
import { navigate, texts, useSearch } from "@/router"

const ROW_PX = 69

const readSearch = texts("id")

/** Many requests handed in at once: how far each batch is, what came of it, and stopping it. */
export function BatchesPage() {
  const { t } = useLingui()
  const { id } = useSearch(readSearch)
  const now = useNow()
  const query = useInfiniteQuery(batchesQuery())
  const rows = query.data?.pages.flatMap((page) => page.items) ?? []
  const running = rows.filter((batch) => batch.ended_at_ms === null).length
  return (
    <HouseFrame
      place="batches"
      panelLabel={t`One batch`}
      panel={id ? <BatchPanel key={id} batchId={id} onClose={() => show(undefined)} /> : null}
      isPanelOpen={id !== undefined}
      onPanel={(isOpen) => (isOpen ? undefined : show(undefined))}
    >
      <div className="mx-auto flex max-w-(--col) flex-col gap-5 px-4 py-6 sm:px-6">
        <QueryView query={query} loading={<SkeletonRows rows={6} label={t`Loading the batches`} />}>
          {() =>
            rows.length === 0 ? (
              <NoBatches />
            ) : (
              <>
                <p role="status" className="tabular text-ui text-text-2">
                  <Plural value={rows.length} one="# batch" other="# batches" />
                  {running > 0 ? (
                    <>
                      {" · "}
                      <Plural value={running} one="# running" other="# running" />
                    </>
                  ) : null}
                </p>
                <ChoiceList
                  items={rows}
                  height={ROW_PX}
                  keyOf={(batch) => batch.id}
                  chosen={id}
                  onChoose={show}
                  label={t`Batches`}
                >
                  {(batch) => <BatchFace batch={batch} now={now} />}
                </ChoiceList>
                <OlderButton
                  hasMore={query.hasNextPage}
                  isLoading={query.isFetchingNextPage}
                  onMore={() => void query.fetchNextPage()}
                />
              </>
            )
          }
        </QueryView>
      </div>
    </HouseFrame>
  )
}

function show(next: string | undefined): void {
  navigate({ to: "/settings/batches", search: next === undefined ? {} : { id: next } })
}
