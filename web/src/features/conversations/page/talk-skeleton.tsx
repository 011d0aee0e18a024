import { useLingui } from "@lingui/react/macro"

const TURNS = ["w-1/3", "w-5/6", "w-1/2", "w-3/4"] as const

/** Turns to come, in their final shape; they show only after 200 ms. */
export function TalkSkeleton() {
  const { t } = useLingui()
  return (
    <div role="status" aria-label={t`Loading the conversation`} className="mx-auto flex w-full max-w-(--col) flex-col gap-6 px-5 pt-5">
      {TURNS.map((width) => (
        <div key={width} className="flex gap-3">
          <span className="skeleton size-7 shrink-0" />
          <div className="flex flex-1 flex-col gap-2 pt-1">
            <span className="skeleton h-4 w-24" />
            <span className={`skeleton h-4 ${width}`} />
            <span className="skeleton h-4 w-2/5" />
          </div>
        </div>
      ))}
    </div>
  )
}
