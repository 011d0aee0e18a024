import { Plural, useLingui } from "@lingui/react/macro"
import type { Ref } from "react"
import type { PayloadRow } from "@/api/types"
import { Gap } from "@/components/ui/gap"
import { WindowedRows } from "@/components/ui/windowed-rows"
import { formatMoment } from "@/lib/format"
import { moveWithArrows } from "@/lib/roving"
import { useNow } from "@/lib/use-now"

const ROW_PX = 53

interface PayloadListProps {
  payloads: readonly PayloadRow[]
  chosen: string | null
  onChoose: (id: string) => void
}

/** Kept payloads, one tab stop with arrows inside; only those near what is seen are drawn. */
export function PayloadList({ payloads, chosen, onChoose }: PayloadListProps) {
  const { t } = useLingui()
  const now = useNow()
  return (
    <WindowedRows count={payloads.length} height={ROW_PX} keyOf={(position) => payloads[position]?.id ?? String(position)}>
      {({ rows, before, after, measure, hold }) => {
        const isChosenDrawn = rows.some((position) => payloads[position]?.id === chosen)
        return (
          <ul ref={hold} aria-label={t`Payloads`} className="flex flex-col">
            <Gap as="li" height={before} />
            {rows.flatMap((position, index) => {
              const payload = payloads[position]
              return payload ? (
                <Row
                  key={payload.id}
                  ref={measure}
                  payload={payload}
                  position={position}
                  now={now}
                  isChosen={payload.id === chosen}
                  isStop={isChosenDrawn ? payload.id === chosen : index === 0}
                  onChoose={onChoose}
                />
              ) : []
            })}
            <Gap as="li" height={after} />
          </ul>
        )
      }}
    </WindowedRows>
  )
}

interface RowProps {
  ref: Ref<HTMLLIElement>
  payload: PayloadRow
  position: number
  now: number
  isChosen: boolean
  isStop: boolean
  onChoose: (id: string) => void
}

function Row({ ref, payload, position, now, isChosen, isStop, onChoose }: RowProps) {
  const { t, i18n } = useLingui()
  const isFailed = payload.http_status >= 400
  return (
    <li ref={ref} data-index={position} className="border-b border-border last:border-0">
      <button
        type="button"
        data-roving
        tabIndex={isStop ? 0 : -1}
        onKeyDown={moveWithArrows}
        aria-pressed={isChosen}
        onClick={() => onChoose(payload.id)}
        className={`quick relative flex min-h-13 w-full items-center gap-3 rounded-2 px-3 py-2 text-start text-ui -outline-offset-2 ${isChosen ? "bg-selected" : "hover:bg-hover"}`}
      >
        {isChosen ? (
          <span aria-hidden="true" className="absolute inset-y-3 start-0 w-[3px] rounded-full bg-accent" />
        ) : null}
        <span className="tabular w-20 shrink-0 text-text-2">
          {formatMoment(payload.started_at_ms, now, i18n.locale)}
        </span>
        <span className="flex min-w-0 flex-1 flex-col">
          <span dir="ltr" title={payload.alias} className="truncate text-start font-medium rtl:text-end">
            {payload.alias}
          </span>
          <span dir="ltr" className="truncate text-caption text-text-2 rtl:text-end">
            {payload.route ?? t`nobody`}
          </span>
        </span>
        <span className="hidden w-28 truncate text-text-2 sm:block">{payload.key_name ?? t`owner`}</span>
        <span className="tabular hidden w-20 text-end text-text-2 sm:block">
          {payload.redactions > 0 ? <Plural value={payload.redactions} one="# hidden" other="# hidden" /> : null}
        </span>
        <span className={`tabular w-12 text-end ${isFailed ? "text-danger" : "text-text-2"}`}>{payload.http_status}</span>
      </button>
    </li>
  )
}
