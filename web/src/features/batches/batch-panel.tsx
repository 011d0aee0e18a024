import { Trans, useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import type { Batch } from "@/api/types"
import { CopyButton } from "@/components/ui/copy-button"
import { DownloadLink } from "@/components/ui/download-link"
import { Fact } from "@/components/ui/fact"
import { Group } from "@/components/ui/group"
import { PanelHead } from "@/components/ui/panel-head"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { batchQuery } from "@/features/batches/api/batches"
import { BatchState } from "@/features/batches/batch-state"
import { BatchStop } from "@/features/batches/batch-stop"
import { resultsOf } from "@/features/batches/progress"
import { formatCount, formatMinute } from "@/lib/format"
import { useNow } from "@/lib/use-now"

interface BatchPanelProps {
  batchId: string
  onClose: () => void
}

/** One batch: how far it is, what came of it, and stopping it. */
export function BatchPanel({ batchId, onClose }: BatchPanelProps) {
  const { t } = useLingui()
  const query = useQuery(batchQuery(batchId))
  return (
    <>
      <PanelHead
        title={query.data?.endpoint ?? t`Batch`}
        aside={query.data ? <BatchState state={query.data.status} /> : null}
        onClose={onClose}
      />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <QueryView
          query={query}
          loading={
            <div className="p-5">
              <SkeletonRows rows={5} label={t`Loading the batch`} />
            </div>
          }
        >
          {(batch) => (
            <>
              <Answers batch={batch} />
              {batch.ended_at_ms === null ? <BatchStop batch={batch} /> : null}
              <BatchFacts batch={batch} />
            </>
          )}
        </QueryView>
      </div>
    </>
  )
}

interface PartProps {
  batch: Batch
}

function Answers({ batch }: PartProps) {
  const { t, i18n } = useLingui()
  const now = useNow()
  const { answers, errors } = resultsOf(batch)
  return (
    <Group title={t`What came of it`}>
      {answers || errors ? (
        <div className="flex flex-wrap items-center gap-2">
          {answers ? (
            <DownloadLink path={answers} fileName={`${batch.id}.jsonl`}>
              {t`Save the answers`}
            </DownloadLink>
          ) : null}
          {errors ? (
            <DownloadLink path={errors} fileName={`${batch.id}-errors.jsonl`}>
              {t`Save the errors`}
            </DownloadLink>
          ) : null}
        </div>
      ) : (
        <p className="text-ui text-text-2">
          {batch.archived_at_ms !== null ? (
            <Trans>They were deleted on {formatMinute(batch.archived_at_ms, now, i18n.locale)}.</Trans>
          ) : batch.ended_at_ms !== null ? (
            <Trans>There are none.</Trans>
          ) : (
            <Trans>They can be saved when the batch has ended.</Trans>
          )}
        </p>
      )}
      {batch.problems.length > 0 ? (
        <ul className="flex flex-col gap-1 text-ui text-danger">
          {batch.problems.map((problem) => (
            <li key={`${problem.line}-${problem.code}`} dir="auto" className="wrap-anywhere">
              {problem.line === null ? null : `${t`Line ${problem.line}`}: `}
              {problem.message}
            </li>
          ))}
        </ul>
      ) : null}
    </Group>
  )
}

function BatchFacts({ batch }: PartProps) {
  const { t, i18n } = useLingui()
  const now = useNow()
  const locale = i18n.locale
  const counts = [
    [t`Lines`, batch.lines],
    [t`Waiting`, batch.waiting],
    [t`Answered`, batch.succeeded],
    [t`Failed`, batch.errored],
    [t`Not asked any more`, batch.cancelled],
    [t`Out of time`, batch.expired],
  ] as const
  const moments = [
    [t`Handed in`, batch.created_at_ms],
    [t`Window ends`, batch.window_ends_at_ms],
    [t`Ended`, batch.ended_at_ms],
    [t`Answers kept until`, batch.archived_at_ms === null ? batch.keep_until_ms : null],
  ] as const
  return (
    <Group title={t`About it`}>
      <dl>
        {counts.map(([label, value], index) =>
          value === 0 && index > 2 ? null : (
            <Fact key={label} label={label}>
              {formatCount(value, locale)}
            </Fact>
          ),
        )}
        <Fact label={t`Tokens`}>
          {t`${formatCount(batch.input_tokens, locale)} in, ${formatCount(batch.output_tokens, locale)} out`}
        </Fact>
        {moments.map(([label, at]) =>
          at === null ? null : (
            <Fact key={label} label={label}>
              {formatMinute(at, now, locale)}
            </Fact>
          ),
        )}
        <Fact label={t`Key`}>{batch.key_name ?? t`owner`}</Fact>
        {batch.handed_to === null ? null : <Fact label={t`Handed over to`}>{batch.handed_to}</Fact>}
        {batch.kept_here === null ? null : (
          <Fact label={t`Asked here, for`}>
            <span dir="auto" className="wrap-anywhere">
              {batch.kept_here}
            </span>
          </Fact>
        )}
        {Object.entries(batch.metadata).map(([name, value]) => (
          <Fact key={name} label={name}>
            {value}
          </Fact>
        ))}
        <Fact label={t`Id`}>
          <span dir="ltr" className="inline-flex items-center gap-1">
            <code className="text-caption wrap-anywhere">{batch.id}</code>
            <CopyButton text={batch.id} label={t`Copy the id`} isIconOnly />
          </span>
        </Fact>
      </dl>
    </Group>
  )
}
