import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { PageHeader } from "@/components/shell/page-header"
import { Button } from "@/components/ui/button"
import { QueryView } from "@/components/ui/query-view"
import { Select } from "@/components/ui/select"
import { SkeletonRows } from "@/components/ui/skeleton"
import { courseQuery, type Group, GROUPS } from "@/features/usage/api/course"
import { lastDays, type Range } from "@/features/usage/range"
import { csvOf } from "@/features/usage/sums"
import { UsageView } from "@/features/usage/usage-view"
import { saveText } from "@/markdown/save-text"

const SPANS = ["1", "7", "30", "90", "365", "own"] as const
type Span = (typeof SPANS)[number]

/** What was asked and what it took: over time, and by model, provider or key. */
export function UsagePage() {
  const { t } = useLingui()
  const [span, setSpan] = useState<Span>("30")
  const [range, setRange] = useState<Range>(() => lastDays(30, new Date()))
  const [by, setBy] = useState<Group>("model")
  const query = useQuery(courseQuery(range, by))
  const spans: Record<Span, string> = { "1": t`Today`, "7": t`Last 7 days`, "30": t`Last 30 days`, "90": t`Last 90 days`, "365": t`Last 12 months`, own: t`From … to …` }
  const groups: Record<Group, string> = { model: t`By model`, provider: t`By provider`, key: t`By key` }
  const ones: Record<Group, string> = { model: t`Model`, provider: t`Provider`, key: t`Key` }
  const field = "quick control rounded-2 border border-border-strong bg-raised px-2 text-ui text-text"
  const setDay = (name: keyof Range, day: string): void => {
    if (day !== "") setRange({ ...range, [name]: day })
  }
  const chooseSpan = (next: Span): void => {
    setSpan(next)
    if (next !== "own") setRange(lastDays(Number(next), new Date()))
  }
  return (
    <>
      <PageHeader title={t`Usage`} />
      <main data-pane="main" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex w-full max-w-240 flex-col gap-5 p-4 md:p-6">
          <div className="flex flex-wrap items-center gap-2">
            <Select label={t`Time`} value={span} options={SPANS.map((value) => ({ value, label: spans[value] }))} onChange={chooseSpan} />
            {span === "own" ? (
              <>
                <input type="date" aria-label={t`Since`} max={range.until} value={range.since} onChange={(event) => setDay("since", event.target.value)} className={field} />
                <input type="date" aria-label={t`Until`} min={range.since} value={range.until} onChange={(event) => setDay("until", event.target.value)} className={field} />
              </>
            ) : null}
            <Select label={t`Apart by`} value={by} options={GROUPS.map((value) => ({ value, label: groups[value] }))} onChange={setBy} />
            <Button
              look="outline"
              disabled={query.data === undefined}
              onClick={() => saveText(`usage-${range.since}-${range.until}.csv`, csvOf(query.data?.items ?? []))}
            >
              {t`Save as CSV`}
            </Button>
          </div>
          <QueryView query={query} loading={<SkeletonRows rows={6} label={t`Adding up`} />}>
            {(course) => <UsageView range={range} course={course} by={groups[by]} rowName={ones[by]} />}
          </QueryView>
        </div>
      </main>
    </>
  )
}
