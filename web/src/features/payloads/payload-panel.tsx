import { Plural, useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { Fact } from "@/components/ui/fact"
import { Group } from "@/components/ui/group"
import { PanelHead } from "@/components/ui/panel-head"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { useOperationNames } from "@/features/house/use-operation-names"
import { payloadQuery } from "@/features/payloads/api/queries"
import { PayloadBody } from "@/features/payloads/payload-body"
import { ReplayForm } from "@/features/payloads/replay-form"
import { formatMoment } from "@/lib/format"
import { useNow } from "@/lib/use-now"

interface PayloadPanelProps {
  payloadId: string
  onClose: () => void
}

/** One payload word for word, with what was taken out, and a replay. */
export function PayloadPanel({ payloadId, onClose }: PayloadPanelProps) {
  const { t, i18n } = useLingui()
  const nameOf = useOperationNames()
  const now = useNow()
  const query = useQuery(payloadQuery(payloadId))
  return (
    <>
      <PanelHead title={query.data?.alias ?? t`Payload`} onClose={onClose} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <QueryView
          query={query}
          loading={
            <div className="p-5">
              <SkeletonRows rows={5} label={t`Loading the payload`} />
            </div>
          }
        >
          {(payload) => (
            <>
              <Group title={t`Word for word`}>
                <p className="text-caption text-text-2">{t`That you looked is recorded in the audit.`}</p>
                <PayloadBody title={payload.cut ? t`Request, cut` : t`Request`} text={payload.request} />
                <PayloadBody title={t`Answer`} text={payload.response} />
              </Group>
              <ReplayForm payload={payload} />
              <Group title={t`About it`}>
                <dl>
                  <Fact label={t`Kind`}>{nameOf(payload.operation)}</Fact>
                  <Fact label={t`Time`}>{formatMoment(payload.started_at_ms, now, i18n.locale)}</Fact>
                  <Fact label={t`Answered by`}>
                    <span dir="ltr">{payload.route ?? t`nobody`}</span>
                  </Fact>
                  <Fact label={t`Key`}>{payload.key_name ?? t`owner`}</Fact>
                  <Fact label={t`Result`}>{payload.error_code ?? payload.http_status}</Fact>
                  <Fact label={t`Taken out`}>
                    <Plural value={payload.redactions} one="# place" other="# places" />
                  </Fact>
                  <Fact label={t`Kept by`}>{payload.rules}</Fact>
                  <Fact label={t`Deleted on`}>{formatMoment(payload.expires_at_ms, now, i18n.locale)}</Fact>
                </dl>
              </Group>
            </>
          )}
        </QueryView>
      </div>
    </>
  )
}
