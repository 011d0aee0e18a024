import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { modelsQuery } from "@/features/house/api/queries"
import { Select } from "@/components/ui/select"
import { useChosen } from "@/features/models/picker/chosen"
import { optionsOf, usualModel } from "@/features/models/picker/options"

interface ModelFieldProps {
  initial: string | null
  /** What no choice means; without it the first choice is `initial`, else who usually answers. */
  none?: string
}

/** Which model answers, as the field `model` of a form. */
export function ModelField({ initial, none }: ModelFieldProps) {
  const { t } = useLingui()
  const models = useQuery(modelsQuery())
  const kept = useChosen()
  const names = optionsOf(models.data ?? []).map(({ name }) => name)
  const usual = none === undefined ? (initial ?? usualModel(models.data ?? [], kept) ?? "") : ""
  const [chosen, setChosen] = useState<string | null>(null)
  const value = chosen ?? usual
  const options = [
    ...(none === undefined ? [] : [{ value: "", label: none }]),
    ...(value === "" || names.includes(value) ? [] : [{ value, label: value }]),
    ...names.map((name) => ({ value: name, label: name })),
  ]
  return (
    <div className="flex flex-col items-start gap-1">
      <span aria-hidden="true" className="text-ui font-medium">
        {t`Model`}
      </span>
      <Select label={t`Model`} value={value} onChange={setChosen} options={options} />
      <input type="hidden" name="model" value={value} />
    </div>
  )
}
