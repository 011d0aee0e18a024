import { useLingui } from "@lingui/react/macro"
import { ArrowDown, ArrowUp, Trash2 } from "lucide-react"
import { IconButton } from "@/components/ui/icon-button"
import { NumberField } from "@/components/ui/number-field"
import { ModelField } from "@/features/routes/model-field"
import type { TargetRow } from "@/features/routes/alias-form"

interface TargetRowViewProps {
  row: TargetRow
  position: number
  count: number
  hasWeight: boolean
  isFirst: boolean
  errorOf: (field: string) => string | null
  onChange: (row: TargetRow) => void
  onMove: (to: number) => void
  onRemove: () => void
}

/** One target of an alias that is written: its model, its weight or rank, its place among the others. */
export function TargetRowView(props: TargetRowViewProps) {
  const { row, position, count, hasWeight, isFirst, errorOf, onChange, onMove, onRemove } = props
  const { t } = useLingui()
  const number = position + 1
  return (
    <li className="flex flex-col gap-2 rounded-2 bg-sunken p-3">
      <ModelField
        label={t`Target ${number}`}
        value={row.model}
        error={errorOf(`model:${position}`)}
        name={`model:${position}`}
        isFirst={isFirst}
        onChange={(model) => onChange({ ...row, model })}
      />
      <div className="flex items-end gap-3">
        {hasWeight ? (
          <NumberField
            label={t`Weight`}
            name={`weight:${position}`}
            value={row.weight}
            step="any"
            error={errorOf(`weight:${position}`)}
            onChange={(weight) => onChange({ ...row, weight })}
          />
        ) : null}
        <NumberField
          label={t`Rank`}
          name={`rank:${position}`}
          value={row.rank}
          error={errorOf(`rank:${position}`)}
          onChange={(rank) => onChange({ ...row, rank })}
        />
        <span className="ms-auto flex">
          <IconButton label={t`Move target ${number} up`} disabled={position === 0} onClick={() => onMove(position - 1)}>
            <ArrowUp aria-hidden="true" className="size-4" strokeWidth={1.75} />
          </IconButton>
          <IconButton
            label={t`Move target ${number} down`}
            disabled={number === count}
            onClick={() => onMove(position + 1)}
          >
            <ArrowDown aria-hidden="true" className="size-4" strokeWidth={1.75} />
          </IconButton>
          <IconButton label={t`Remove target ${number}`} disabled={count === 1} onClick={onRemove}>
            <Trash2 aria-hidden="true" className="size-4" strokeWidth={1.75} />
          </IconButton>
        </span>
      </div>
    </li>
  )
}
