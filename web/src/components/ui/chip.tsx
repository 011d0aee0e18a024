import type { ReactNode } from "react"

interface ChipProps {
  tone?: "plain" | "accent" | "success" | "warning" | "danger"
  children: ReactNode
}

const TONES = {
  plain: "border-border-strong text-text-2",
  accent: "border-transparent bg-accent-soft text-accent",
  success: "border-transparent bg-success-soft text-success",
  warning: "border-transparent bg-warning-soft text-warning",
  danger: "border-transparent bg-danger-soft text-danger",
} as const

/** A short fact beside a title. */
export function Chip({ tone = "plain", children }: ChipProps) {
  return (
    <span
      className={`inline-flex h-6 max-w-full items-center gap-1 rounded-full border px-2 text-caption font-medium whitespace-nowrap ${TONES[tone]}`}
    >
      {children}
    </span>
  )
}
