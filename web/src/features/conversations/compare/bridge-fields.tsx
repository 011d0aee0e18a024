import { useLingui } from "@lingui/react/macro"
import { ModelField } from "@/features/conversations/compare/model-field"
import { TextField } from "@/components/ui/text-field"

interface BridgeFieldsProps {
  model: string | null
}

/** Who writes the message that brings another branch in, and what it is to look at. */
export function BridgeFields({ model }: BridgeFieldsProps) {
  const { t } = useLingui()
  return (
    <div className="flex flex-col gap-4">
      <p className="text-ui text-text-2">{t`A model reads both branches and writes one message at the end of this one.`}</p>
      <ModelField initial={model} />
      <TextField name="words" label={t`What it should look at`} lines={3} isOptional />
    </div>
  )
}
