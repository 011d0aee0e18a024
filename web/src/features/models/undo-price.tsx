import { useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import type { Price } from "@/api/types"
import { UndoNote } from "@/components/ui/undo-note"
import { modelsQuery } from "@/features/house/api/queries"
import { pricesQuery, restorePrices } from "@/features/models/api/prices"

export interface RemovedPrice {
  model: string
  rows: readonly Price[]
}

interface UndoPriceProps {
  removed: RemovedPrice
  onOver: () => void
}

/** Says that a price was removed, and brings it back with every day it had. */
export function UndoPrice({ removed, onOver }: UndoPriceProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const undo = useMutation({
    ...restorePrices(removed.model),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: pricesQuery().queryKey })
      void client.invalidateQueries({ queryKey: modelsQuery().queryKey })
      onOver()
    },
  })
  return (
    <UndoNote
      sentence={t`Your price of ${removed.model} is removed.`}
      problem={undo.error}
      isPending={undo.isPending}
      onUndo={() => undo.mutate(removed.rows)}
      onOver={onOver}
    />
  )
}
