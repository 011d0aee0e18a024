import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useInfiniteQuery } from "@tanstack/react-query"
import { useState } from "react"
import { ChoiceList } from "@/components/ui/choice-list"
import { Command } from "@/components/ui/code-block"
import { OlderButton } from "@/components/ui/older-button"
import { QueryView } from "@/components/ui/query-view"
import { SearchField } from "@/components/ui/search-field"
import { SkeletonRows } from "@/components/ui/skeleton"
import { filesQuery } from "@/features/files/api/files"
import { FileFace } from "@/features/files/file-face"
import { FilePanel } from "@/features/files/file-panel"
import { matchFiles } from "@/features/files/match-files"
import { HouseFrame } from "@/features/house/house-frame"
import { formatSize } from "@/lib/format"
import { useNow } from "@/lib/use-now"
import { navigate, texts, useSearch } from "@/router"

const ROW_PX = 53

const readSearch = texts("id")

/** What is stored for models to read, and what they made. */
export function FilesPage() {
  const { t, i18n } = useLingui()
  const { id } = useSearch(readSearch)
  const [search, setSearch] = useState("")
  const now = useNow()
  const query = useInfiniteQuery(filesQuery())
  const all = query.data?.pages.flatMap((page) => page.items) ?? []
  const total = query.data?.pages[0]
  const found = matchFiles(all, search)
  const chosen = all.find((file) => file.id === id)
  return (
    <HouseFrame
      place="files"
      panelLabel={t`One file`}
      panel={chosen ? <FilePanel key={chosen.id} file={chosen} onClose={() => show(undefined)} /> : null}
      isPanelOpen={chosen !== undefined}
      onPanel={(isOpen) => (isOpen ? undefined : show(undefined))}
    >
      <div className="mx-auto flex max-w-(--col) flex-col gap-5 px-4 py-6 sm:px-6">
        <QueryView query={query} loading={<SkeletonRows rows={6} label={t`Loading the files`} />}>
          {() =>
            all.length === 0 ? (
              <div className="flex flex-col items-start gap-4 py-6">
                <p className="tight text-lead font-medium">
                  <Trans>No file yet: store one, and requests to any model can name it.</Trans>
                </p>
                <Command command="salon files add notes.pdf" />
              </div>
            ) : (
              <>
                <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
                  <div className="w-64 max-w-full">
                    <SearchField label={t`Search the files`} placeholder={t`Name or kind`} value={search} onSearch={setSearch} />
                  </div>
                  <p role="status" className="tabular text-ui text-text-2">
                    {search !== "" ? (
                      <Plural value={found.length} one="# found" other="# found" />
                    ) : (
                      <>
                        <Plural value={total?.files ?? 0} one="# file" other="# files" />
                        {" · "}
                        {formatSize(total?.size_bytes ?? 0, i18n.locale)}
                      </>
                    )}
                  </p>
                </div>
                {found.length > 0 ? (
                  <ChoiceList
                    items={found}
                    height={ROW_PX}
                    keyOf={(file) => file.id}
                    chosen={id}
                    onChoose={show}
                    label={t`Files`}
                  >
                    {(file) => <FileFace file={file} now={now} />}
                  </ChoiceList>
                ) : (
                  <p className="py-4 text-ui text-text-2">
                    <Trans>No file matches “{search}”.</Trans>
                  </p>
                )}
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
  navigate({ to: "/settings/files", search: next === undefined ? {} : { id: next } })
}
