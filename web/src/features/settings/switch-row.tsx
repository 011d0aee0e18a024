import { SettingRow } from "@/features/settings/setting-row"

interface SwitchRowProps {
  label: string
  hint?: string
  isOn: boolean
  onChange: (isOn: boolean) => void
}

/** A setting that is on or off. */
export function SwitchRow({ label, hint, isOn, onChange }: SwitchRowProps) {
  return (
    <SettingRow label={label} {...(hint ? { hint } : {})}>
      <input
        type="checkbox"
        aria-label={label}
        checked={isOn}
        onChange={(event) => onChange(event.target.checked)}
        className="switch"
      />
    </SettingRow>
  )
}
