import { Trans, useLingui } from "@lingui/react/macro"
import type { UseQueryResult } from "@tanstack/react-query"
import type { RequestRow } from "@/api/types"
import { Button } from "@/components/ui/button"
import { QueryView } from "@/components/ui/query-view"
import { Section } from "@/components/ui/section"
import { SkeletonRows } from "@/components/ui/skeleton"
import { RequestLine } from "@/features/home/request-line"
import { useNow } from "@/lib/use-now"
import type { Voice } from "@/lib/voices"
import { Link } from "@/router"

interface RequestsProps {
  query: UseQueryResult<RequestRow[]>
  voices: ReadonlyMap<string, Voice>
  onTry: () => void
  onShow: (requestId: string) => void
}

/** The latest requests, newest first. */
export function Requests({ query, voices, onTry, onShow }: RequestsProps) {
  const { t } = useLingui()
  const now = useNow()
  return (
    <Section
      id="requests"
      title={t`Recent requests`}
      aside={
        <Link to="/settings/requests" className="text-accent underline underline-offset-2 hover:text-accent-hover">
          {t`All requests`}
        </Link>
      }
    >
      <QueryView query={query} loading={<SkeletonRows rows={5} label={t`Loading the requests`} />}>
        {(rows) =>
          rows.length === 0 ? (
            <div className="flex flex-wrap items-center gap-3 py-2 text-ui text-text-2">
              <Trans>Nothing yet: the first request shows here.</Trans>
              <Button look="outline" onClick={onTry}>
                {t`Try a model`}
              </Button>
            </div>
          ) : (
            <table className="w-full table-fixed text-ui">
              <thead>
                <tr className="border-b border-border text-text-2">
                  <th scope="col" className="w-20 py-2 text-start font-medium">{t`Time`}</th>
                  <th scope="col" className="py-2 text-start font-medium">{t`Model`}</th>
                  <th scope="col" className="hidden w-24 py-2 text-start font-medium sm:table-cell">{t`Key`}</th>
                  <th scope="col" className="w-24 py-2 text-start font-medium">{t`Status`}</th>
                  <th scope="col" className="hidden w-26 py-2 text-end font-medium sm:table-cell">{t`Tokens`}</th>
                  <th scope="col" className="hidden w-24 py-2 text-end font-medium sm:table-cell">{t`Cost`}</th>
                  <th scope="col" className="w-20 py-2 text-end font-medium">{t`Took`}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row, index) => (
                  <RequestLine
                    key={row.request_id}
                    row={row}
                    voice={voices.get(row.provider ?? "") ?? 6}
                    now={now}
                    isStop={index === 0}
                    onShow={onShow}
                  />
                ))}
              </tbody>
            </table>
          )
        }
      </QueryView>
    </Section>
  )
}
