interface SkeletonRowsProps {
  rows: number
  label: string
}

const WIDTHS = ["w-2/5", "w-1/3", "w-1/2", "w-3/8", "w-2/5"] as const

/** Rows of the final shape; they show only after 200 ms. */
export function SkeletonRows({ rows, label }: SkeletonRowsProps) {
  return (
    <div role="status" aria-label={label} className="flex flex-col">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex h-12 items-center gap-3 border-b border-border last:border-0">
          <span className="skeleton size-7 shrink-0" />
          <span className={`skeleton h-3 ${WIDTHS[index % WIDTHS.length] ?? "w-2/5"}`} />
          <span className="skeleton ms-auto h-3 w-16" />
        </div>
      ))}
    </div>
  )
}
