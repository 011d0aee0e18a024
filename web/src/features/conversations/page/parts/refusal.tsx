import { useLingui } from "@lingui/react/macro"
import { Ban } from "lucide-react"

interface RefusalProps {
  text: string
}

/** What a model says instead of an answer it will not give. */
export function Refusal({ text }: RefusalProps) {
  const { t } = useLingui()
  return (
    <div className="my-1 flex gap-2 rounded-3 bg-warning-soft px-3 py-2 text-warning">
      <Ban aria-hidden="true" className="mt-0.5 size-4 shrink-0" strokeWidth={1.75} />
      <p className="min-w-0 text-body wrap-anywhere" dir="auto">
        <span className="sr-only">{t`The model refuses:`} </span>
        {text}
      </p>
    </div>
  )
}
