import type { ReactNode } from "react"

interface SettingRowProps {
  label: string
  hint?: string
  children: ReactNode
}

/** One setting: what it is, what it does, and the control that changes it. */
export function SettingRow({ label, hint, children }: SettingRowProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <span className="flex min-w-0 flex-1 basis-36 flex-col">
        <span className="text-ui font-medium">{label}</span>
        {hint ? <span className="text-caption text-text-2">{hint}</span> : null}
      </span>
      {children}
    </div>
  )
}
