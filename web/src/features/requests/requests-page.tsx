import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query"
import { Button } from "@/components/ui/button"
import { ChoiceList } from "@/components/ui/choice-list"
import { OlderButton } from "@/components/ui/older-button"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { providersQuery } from "@/features/house/api/queries"
import { HouseFrame } from "@/features/house/house-frame"
import { realtimeSessionsQuery, requestPagesQuery } from "@/features/requests/api/request-pages"
import { OpenSessions } from "@/features/requests/open-sessions"
import { RequestFace } from "@/features/requests/request-face"
import { RequestPanel } from "@/features/requests/request-panel"
import { useNow } from "@/lib/use-now"
import { assignVoices } from "@/lib/voices"
import { navigate, texts, useSearch } from "@/router"

const ROW_PX = 53

const readSearch = texts("id")

/** Every request that the ledger knows, newest first, and the realtime sessions that are open. */
export function RequestsPage() {
  const { t } = useLingui()
  const { id } = useSearch(readSearch)
  const client = useQueryClient()
  const now = useNow()
  const query = useInfiniteQuery(requestPagesQuery())
  const sessions = useQuery(realtimeSessionsQuery())
  const providers = useQuery(providersQuery())
  const voices = assignVoices((providers.data ?? []).map((provider) => provider.name))
  const pages = query.data?.pages ?? []
  const rows = pages.flatMap((page) => page.items)
  return (
    <HouseFrame
      place="requests"
      panelLabel={t`One request`}
      panel={id ? <RequestPanel key={id} requestId={id} voices={voices} onClose={() => show(undefined)} /> : null}
      isPanelOpen={id !== undefined}
      onPanel={(isOpen) => (isOpen ? undefined : show(undefined))}
    >
      <div className="mx-auto flex max-w-(--col) flex-col gap-5 px-4 py-6 sm:px-6">
        {sessions.data && sessions.data.length > 0 ? <OpenSessions sessions={sessions.data} voices={voices} /> : null}
        <QueryView query={query} loading={<SkeletonRows rows={8} label={t`Loading the requests`} />}>
          {() =>
            rows.length === 0 ? (
              <p className="tight py-6 text-lead font-medium">
                <Trans>Nothing yet: the first request shows here.</Trans>
              </p>
            ) : (
              <div className="flex flex-col gap-3">
                <div className="flex min-h-(--control) flex-wrap items-center justify-between gap-3">
                  <p role="status" className="tabular text-ui text-text-2">
                    {query.hasNextPage ? (
                      <Plural value={rows.length} one="The latest request" other="The latest # requests" />
                    ) : (
                      <Plural value={rows.length} one="# request" other="# requests" />
                    )}
                  </p>
                  {pages.length > 1 ? (
                    <Button look="outline" onClick={() => void client.resetQueries(requestPagesQuery())}>
                      {t`Show the newest`}
                    </Button>
                  ) : null}
                </div>
                <ChoiceList
                  items={rows}
                  height={ROW_PX}
                  keyOf={(row) => row.request_id}
                  chosen={id}
                  onChoose={show}
                  label={t`Requests`}
                >
                  {(row) => <RequestFace row={row} voice={voices.get(row.provider ?? "") ?? 6} now={now} />}
                </ChoiceList>
                <OlderButton
                  hasMore={query.hasNextPage}
                  isLoading={query.isFetchingNextPage}
                  onMore={() => void query.fetchNextPage()}
                />
              </div>
            )
          }
        </QueryView>
      </div>
    </HouseFrame>
  )
}

function show(next: string | undefined): void {
  navigate({ to: "/settings/requests", search: next === undefined ? {} : { id: next } })
}
