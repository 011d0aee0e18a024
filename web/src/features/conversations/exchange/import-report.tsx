import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { useInfiniteQuery } from "@tanstack/react-query"
import { Button } from "@/components/ui/button"
import { type Import, type ImportEntry, reportQuery } from "@/features/conversations/exchange/api/imports"
import { Link } from "@/router"

interface ImportReportProps {
  id: string
  notes: Import["notes"]
  isDry: boolean
}

/** What became of each conversation of an import, and what could not be carried. */
export function ImportReport({ id, notes, isDry }: ImportReportProps) {
  const { t } = useLingui()
  const query = useInfiniteQuery(reportQuery(id))
  const entries = query.data?.pages.flatMap((page) => page.items) ?? []
  const names: Record<ImportEntry["outcome"], string> = {
    added: isDry ? t`would be new` : t`new`,
    grown: isDry ? t`would grow` : t`has grown`,
    unchanged: t`already here`,
    skipped: t`passed over`,
  }
  return (
    <div className="flex flex-col gap-3">
      {notes.length > 0 ? (
        <ul className="flex list-disc flex-col gap-1 ps-5 text-caption text-text-2">
          {notes.map((note) => (
            <li key={note.code} className="wrap-anywhere">
              {note.message} <span className="tabular-nums">({note.count})</span>
            </li>
          ))}
        </ul>
      ) : null}
      {entries.length > 0 ? (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and the keyboard has to reach it
        <div role="region" aria-label={t`Report`} tabIndex={0} className="max-h-80 overflow-auto rounded-2 border border-border">
          <table className="w-full text-ui">
            <thead className="bg-canvas text-start text-caption text-text-2">
              <tr>
                <th scope="col" className="p-2 text-start font-medium">{t`Conversation`}</th>
                <th scope="col" className="p-2 text-start font-medium">{t`Outcome`}</th>
                <th scope="col" className="p-2 text-end font-medium">{t`Messages`}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.number} className="border-t border-border align-top">
                  <th scope="row" dir="auto" className="p-2 text-start font-normal wrap-anywhere">
                    {entry.conversation_id !== null && !isDry ? (
                      <Link to="/c/$id" params={{ id: entry.conversation_id }} className="text-accent underline underline-offset-4">
                        {entry.title === "" ? t`Without a title` : entry.title}
                      </Link>
                    ) : entry.title === "" ? (
                      t`Without a title`
                    ) : (
                      entry.title
                    )}
                    {entry.problem ? <p className="text-caption text-danger">{entry.problem.message}</p> : null}
                    {entry.notes.map((note) => (
                      <p key={note.code} className="text-caption text-text-2">
                        {note.message}
                      </p>
                    ))}
                  </th>
                  <td className="p-2 whitespace-nowrap">{names[entry.outcome]}</td>
                  <td className="p-2 text-end tabular-nums">
                    {t`${plural(entry.messages_read, { one: "# read", other: "# read" })}`}, {t`${plural(entry.messages_added, { one: "# new", other: "# new" })}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {query.hasNextPage ? (
        <Button look="outline" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t`Show more`}</Button>
      ) : null}
    </div>
  )
}
