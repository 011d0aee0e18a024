import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { CircleCheck, CircleDashed, CircleX } from "lucide-react"
import { Button } from "@/components/ui/button"
import { Fact } from "@/components/ui/fact"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { doctorQuery } from "@/features/settings/api/queries"
import { statusQuery } from "@/features/house/api/queries"

/** Whether everything the server needs is as it should be, and what mends what is not. */
export function HealthPage() {
  const { t, i18n } = useLingui()
  const doctor = useQuery(doctorQuery())
  const status = useQuery(statusQuery()).data
  return (
    <div className="flex flex-col gap-6">
      <QueryView query={doctor} loading={<SkeletonRows rows={6} label={t`Loading the checks`} />}>
        {(checks) => (
          <ul className="flex flex-col">
            {checks.map((check) => {
              const Icon = check.ok === null ? CircleDashed : check.ok ? CircleCheck : CircleX
              const word = check.ok === null ? t`not checked` : check.ok ? t`works` : t`needs a hand`
              const tone = check.ok === null ? "text-text-3" : check.ok ? "text-success" : "text-danger"
              return (
                <li key={check.name} className="flex gap-3 border-b border-border py-3 last:border-0">
                  <Icon aria-label={word} role="img" className={`mt-0.5 size-4 shrink-0 ${tone}`} />
                  <span className="flex min-w-0 flex-col">
                    <span className="block text-ui font-medium first-letter:uppercase">{check.name}</span>
                    <span className="block text-ui wrap-anywhere text-text-2 first-letter:uppercase">{check.detail}</span>
                    {check.fix ? <span className="text-ui wrap-anywhere">{check.fix}</span> : null}
                  </span>
                </li>
              )
            })}
          </ul>
        )}
      </QueryView>
      {status ? (
        <dl>
          <Fact label={t`Delay of the event loop`}>
            {new Intl.NumberFormat(i18n.locale, { style: "unit", unit: "millisecond", maximumFractionDigits: 1 }).format(
              status.loop_lag_ms,
            )}
          </Fact>
          <Fact label={t`Open streams`}>{new Intl.NumberFormat(i18n.locale).format(status.open_streams)}</Fact>
        </dl>
      ) : null}
      <div>
        <Button look="outline" disabled={doctor.isFetching} onClick={() => void doctor.refetch()}>
          {t`Check again`}
        </Button>
      </div>
    </div>
  )
}
