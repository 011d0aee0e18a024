import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useInfiniteQuery, useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { QueryView } from "@/components/ui/query-view"
import { SearchField } from "@/components/ui/search-field"
import { SkeletonRows } from "@/components/ui/skeleton"
import { HouseFrame } from "@/features/house/house-frame"
import { payloadRulesQuery, payloadsQuery } from "@/features/payloads/api/queries"
import { LogOff } from "@/features/payloads/log-off"
import { PayloadList } from "@/features/payloads/payload-list"
import { PayloadPanel } from "@/features/payloads/payload-panel"
import { navigate, texts, useSearch } from "@/router"

const readSearch = texts("id", "search")

/** What was asked and answered word for word, where that was turned on. */
export function PayloadsPage() {
  const { t } = useLingui()
  const { id, search = "" } = useSearch(readSearch)
  const [text, setText] = useState(search)
  const rules = useQuery(payloadRulesQuery())
  const payloads = useInfiniteQuery(payloadsQuery(search))
  const rows = payloads.data?.pages.flatMap((page) => page.items) ?? []
  const kept = search === "" ? {} : { search }
  const isOff = rules.data?.length === 0 && rows.length === 0 && search === "" && payloads.isSuccess
  return (
    <HouseFrame
      place="payloads"
      panelLabel={t`One payload`}
      panel={id ? <PayloadPanel key={id} payloadId={id} onClose={() => show(kept)} /> : null}
      isPanelOpen={id !== undefined}
      onPanel={(isOpen) => (isOpen ? undefined : show(kept))}
    >
      <div className="mx-auto flex max-w-(--col) flex-col gap-5 px-4 py-6 sm:px-6">
        <QueryView query={rules} loading={<SkeletonRows rows={5} label={t`Loading the payload log`} />}>
          {(all) =>
            isOff ? (
              <LogOff />
            ) : (
              <>
                <form
                  role="search"
                  className="flex flex-wrap items-center gap-x-3 gap-y-2"
                  onSubmit={(event) => {
                    event.preventDefault()
                    show(text.trim() === "" ? {} : { search: text.trim() })
                  }}
                >
                  <div className="flex w-full items-center gap-3 sm:w-auto sm:min-w-96">
                    <SearchField
                      label={t`Words in requests and answers`}
                      placeholder={t`Words in requests and answers`}
                      value={text}
                      onSearch={setText}
                    />
                    <Button look="outline" type="submit">
                      {t`Search`}
                    </Button>
                  </div>
                  <p className="text-ui text-text-2">
                    {all.length === 0 ? (
                      <Trans>Off now; what was kept stays until its day.</Trans>
                    ) : (
                      <Plural value={all.length} one="# rule keeps payloads" other="# rules keep payloads" />
                    )}
                  </p>
                </form>
                <QueryView query={payloads} loading={<SkeletonRows rows={5} label={t`Loading the payloads`} />}>
                  {() =>
                    rows.length > 0 ? (
                      <PayloadList
                        payloads={rows}
                        chosen={id ?? null}
                        onChoose={(one) => show(one === id ? kept : { ...kept, id: one })}
                      />
                    ) : (
                      <p role="status" className="py-4 text-ui text-text-2">
                        {search === "" ? (
                          <Trans>Nothing is kept yet: the next request that a rule names shows here.</Trans>
                        ) : (
                          <Trans>Nothing says “{search}” so far.</Trans>
                        )}
                      </p>
                    )
                  }
                </QueryView>
                {payloads.hasNextPage ? (
                  <div className="-ms-3">
                    <Button disabled={payloads.isFetchingNextPage} onClick={() => void payloads.fetchNextPage()}>
                      {search === "" ? t`Show older ones` : t`Look through older ones`}
                    </Button>
                  </div>
                ) : null}
              </>
            )
          }
        </QueryView>
      </div>
    </HouseFrame>
  )
}

function show(next: { id?: string; search?: string }): void {
  navigate({ to: "/settings/payloads", search: next })
}
