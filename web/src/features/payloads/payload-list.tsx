import { Plural, useLingui } from "@lingui/react/macro"
import type { PayloadRow } from "@/api/types"
import { ChoiceRow } from "@/components/ui/choice-row"
import { RowList } from "@/components/ui/row-list"
import { useOperationNames } from "@/features/house/use-operation-names"
import { formatMoment } from "@/lib/format"
import { useNow } from "@/lib/use-now"

const ROW_PX = 53

interface PayloadListProps {
  payloads: readonly PayloadRow[]
  chosen: string | null
  onChoose: (id: string) => void
}

/** Kept payloads to choose from, newest first. */
export function PayloadList({ payloads, chosen, onChoose }: PayloadListProps) {
  const { t } = useLingui()
  const now = useNow()
  return (
    <RowList
      items={payloads}
      height={ROW_PX}
      keyOf={(payload) => payload.id}
      isChosen={(payload) => payload.id === chosen}
      label={t`Payloads`}
    >
      {(payload, place, measure) => (
        <ChoiceRow ref={measure} place={place} isChosen={payload.id === chosen} onChoose={() => onChoose(payload.id)}>
          <PayloadFace payload={payload} now={now} />
        </ChoiceRow>
      )}
    </RowList>
  )
}

interface PayloadFaceProps {
  payload: PayloadRow
  now: number
}

function PayloadFace({ payload, now }: PayloadFaceProps) {
  const { t, i18n } = useLingui()
  const nameOf = useOperationNames()
  return (
    <>
      <span className="tabular w-20 shrink-0 text-text-2">{formatMoment(payload.started_at_ms, now, i18n.locale)}</span>
      <span className="flex min-w-0 flex-1 flex-col">
        <span dir="ltr" title={payload.alias} className="truncate text-start font-medium rtl:text-end">
          {payload.alias}
        </span>
        <span className="truncate text-caption text-text-2">
          {nameOf(payload.operation)} · <bdi>{payload.route ?? t`nobody`}</bdi>
        </span>
      </span>
      <span className="hidden w-28 truncate text-text-2 sm:block">{payload.key_name ?? t`owner`}</span>
      <span className="tabular hidden w-20 text-end text-text-2 sm:block">
        {payload.redactions > 0 ? <Plural value={payload.redactions} one="# hidden" other="# hidden" /> : null}
      </span>
      <span className={`tabular w-12 text-end ${payload.http_status >= 400 ? "text-danger" : "text-text-2"}`}>
        {payload.http_status}
      </span>
    </>
  )
}
