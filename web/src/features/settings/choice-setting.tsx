import { Select } from "@/components/ui/select"
import { SettingRow } from "@/features/settings/setting-row"

interface ChoiceSettingProps<Value extends string> {
  label: string
  hint?: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange: (value: Value) => void
}

/** A setting with a few values. */
export function ChoiceSetting<Value extends string>({ label, hint, value, options, onChange }: ChoiceSettingProps<Value>) {
  return (
    <SettingRow label={label} {...(hint ? { hint } : {})}>
      <Select label={label} value={value} onChange={onChange} options={options} />
    </SettingRow>
  )
}
