import { useLingui } from "@lingui/react/macro"
import type { RequestWhole } from "@/api/types"
import { CopyButton } from "@/components/ui/copy-button"
import { Fact } from "@/components/ui/fact"
import { ModelName } from "@/components/ui/model-name"
import { Notice } from "@/components/ui/notice"
import { useOperationNames } from "@/features/house/use-operation-names"
import { AttemptList } from "@/features/requests/attempt-list"
import { formatCount, formatDuration, formatMoment, formatMoney } from "@/lib/format"
import { useNow } from "@/lib/use-now"
import type { Voice } from "@/lib/voices"

interface RequestFactsProps {
  request: RequestWhole
  voices: ReadonlyMap<string, Voice>
}

/** The facts of one request. */
export function RequestFacts({ request, voices }: RequestFactsProps) {
  const { t, i18n } = useLingui()
  const nameOf = useOperationNames()
  const locale = i18n.locale
  const now = useNow()
  const cost = request.cost_e10 === null ? t`unpriced` : formatMoney(request.cost_e10, request.currency, locale)
  return (
    <div className="flex flex-col gap-5">
      {request.error_code === null ? null : (
        <Notice tone="danger">
          <code>{request.error_code}</code> · {request.http_status}
        </Notice>
      )}
      <section className="flex flex-col gap-1">
        <h3 className="text-ui font-semibold">{t`Why it went there`}</h3>
        <p dir="auto" className="text-ui text-text-2 wrap-anywhere">
          {request.why ?? t`There was nothing to decide: the first target that works answers.`}
        </p>
      </section>
      {request.tried.length === 0 ? null : <AttemptList attempts={request.tried} voices={voices} />}
      <dl>
        {request.provider && request.model ? (
          <Fact label={t`Answered by`}>
            <ModelName id={`${request.provider}/${request.model}`} />
          </Fact>
        ) : null}
        <Fact label={t`Kind`}>{nameOf(request.operation)}</Fact>
        <Fact label={t`Time`}>{formatMoment(request.started_at_ms, now, locale)}</Fact>
        <Fact label={t`Took`}>
          {formatDuration(request.duration_ms, locale)}
          {request.first_token_ms === null ? null : (
            <span className="text-text-2">{`, ${t`first words after ${formatDuration(request.first_token_ms, locale)}`}`}</span>
          )}
        </Fact>
        <Fact label={t`Tokens`}>
          {t`${formatCount(request.input_tokens, locale)} in, ${formatCount(request.output_tokens, locale)} out`}
        </Fact>
        <Fact label={t`Cost`}>
          {cost}
          {request.price_version ? (
            <span className="block text-caption text-text-2">{request.price_version}</span>
          ) : null}
        </Fact>
        <Fact label={t`Key`}>{request.key_name ?? t`owner`}</Fact>
        <Fact label={t`Asked in`}>
          <code>{request.dialect}</code>
        </Fact>
        {request.lost.length === 0 ? null : (
          <Fact label={t`Lost on the way`}>
            {request.lost.map((name) => (
              <code key={name} className="block wrap-anywhere">
                {name}
              </code>
            ))}
          </Fact>
        )}
        <Fact label={t`Id`}>
          <span dir="ltr" className="inline-flex items-center gap-1">
            <code className="text-caption wrap-anywhere">{request.request_id}</code>
            <CopyButton text={request.request_id} label={t`Copy the id`} isIconOnly />
          </span>
        </Fact>
      </dl>
    </div>
  )
}
