import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { useInfiniteQuery } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { PageHeader } from "@/components/shell/page-header"
import { Notice } from "@/components/ui/notice"
import { SearchField } from "@/components/ui/search-field"
import { SkeletonRows } from "@/components/ui/skeleton"
import { isWanted, searchQuery } from "@/features/conversations/search/api/search"
import { Filters } from "@/features/conversations/search/filters"
import { HitList } from "@/features/conversations/search/hit-list"
import { type Wish, wishIn, withPart } from "@/features/conversations/search/wish"
import { navigate, useSearch } from "@/router"

const TYPED_MS = 250

function focus(field: HTMLInputElement | null): void {
  field?.focus()
}

/** Looks for words in everything that was said; what is wanted stands in the address. */
export function SearchPage() {
  const { t } = useLingui()
  const wish = useSearch(wishIn)
  const [typed, setTyped] = useState(wish.q ?? "")
  const query = useInfiniteQuery(searchQuery(wish))
  const hits = query.data?.pages.flatMap((page) => page.items) ?? []
  const [first] = query.data?.pages ?? []

  useEffect(() => {
    document.title = `${t`Search`} · Salon`
  }, [t])
  useEffect(() => {
    if (typed.trim() === (wish.q ?? "")) return undefined
    const timer = setTimeout(() => want(withPart(wish, "q", typed.trim())), TYPED_MS)
    return () => clearTimeout(timer)
  })
  const count = hits.length
  return (
    <>
      <PageHeader title={t`Search`} />
      <main data-pane="main" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex w-full max-w-(--col) flex-col gap-4 p-4 md:p-6">
          <form role="search" onSubmit={(event) => event.preventDefault()} className="flex flex-col gap-3">
            <SearchField
              label={t`Search in what was said`}
              placeholder={t`Words, "a phrase", -without`}
              value={typed}
              onSearch={setTyped}
              ref={focus}
              onKeyDown={(event) => {
                if (event.key !== "ArrowDown") return
                event.preventDefault()
                document.querySelector<HTMLElement>("[data-hit]")?.focus()
              }}
            />
            <Filters wish={wish} onWish={want} />
          </form>
          <p role="status" className="text-ui text-text-2 tabular-nums">
            {isWanted(wish) && query.data && !query.isFetching ? (
              count === 0 ? t`Nothing fits.` : query.hasNextPage ? t`${plural(count, { one: "# message and more", other: "# messages and more" })}` : t`${plural(count, { one: "# message", other: "# messages" })}`
            ) : null}
          </p>
          {first && first.waiting > 0 ? <Notice tone="info">{t`${plural(first.waiting, { one: "# message is still being indexed.", other: "# messages are still being indexed." })}`}</Notice> : null}
          {first && first.frequent.length > 0 ? (
            <Notice tone="info">{t`Very many messages have these words: the newest come first.`}</Notice>
          ) : null}
          {query.error ? <Notice tone="danger">{query.error.message}</Notice> : null}
          {isWanted(wish) && query.isPending ? <SkeletonRows rows={5} label={t`Searching`} /> : null}
          {isWanted(wish) ? (
            <HitList hits={hits} hasMore={query.hasNextPage} isReading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
          ) : (
            <p className="text-ui text-text-2">{t`Search the words of every conversation, or choose a filter.`}</p>
          )}
        </div>
      </main>
    </>
  )
}

function want(next: Wish): void {
  navigate({ to: "/search", search: next, replace: true })
}
