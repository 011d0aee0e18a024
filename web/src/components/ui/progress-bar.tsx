interface ProgressBarProps {
  label: string
  /** From 0 to 1. */
  share: number
  /** The part of it that went wrong, from 0 to 1. */
  failed?: number
}

/** How far something is, as a thin bar; the words beside it say the same. */
export function ProgressBar({ label, share, failed = 0 }: ProgressBarProps) {
  return (
    <span
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      className="flex h-1 w-full overflow-hidden rounded-full bg-active"
    >
      <span className="bg-accent" style={{ inlineSize: `${(share - failed) * 100}%` }} />
      <span className="bg-danger-mark" style={{ inlineSize: `${failed * 100}%` }} />
    </span>
  )
}
