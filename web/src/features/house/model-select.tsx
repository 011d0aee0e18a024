import { useLingui } from "@lingui/react/macro"
import type { Model } from "@/api/types"
import { Select } from "@/components/ui/select"

interface ModelSelectProps {
  models: readonly Model[]
  model: string
  onModel: (model: string) => void
  isQuiet?: boolean
}

/** Choose the model of the examples and of the talk. */
export function ModelSelect({ models, model, onModel, isQuiet = false }: ModelSelectProps) {
  const { t } = useLingui()
  const names = models.flatMap((entry) => [...entry.aliases, entry.id])
  const unique = [...new Set(names.includes(model) ? names : [model, ...names])]
  return (
    <Select
      label={t`Model`}
      value={model}
      onChange={onModel}
      isQuiet={isQuiet}
      options={unique.map((name) => ({ value: name, label: name }))}
    />
  )
}
