import { useLingui } from "@lingui/react/macro"
import type { Pair } from "@/features/conversations/api/branching"

interface WordRunsProps {
  changes: Pair["changes"]
  /** Both say the same: it may be folded. */
  isQuiet?: boolean
}

const FOLDED = 240

/** A text with what was taken out struck through and what came in underlined, and both said to who listens. */
export function WordRuns({ changes, isQuiet = false }: WordRunsProps) {
  const { t } = useLingui()
  const whole = changes.map(({ text }) => text).join("")
  if (isQuiet && whole.length > FOLDED) {
    return (
      <details className="text-ui text-text-2">
        <summary className="min-h-(--target) content-center truncate">
          <bdi>{whole.slice(0, FOLDED)}</bdi>
        </summary>
        <p dir="auto" className="whitespace-pre-wrap wrap-anywhere">
          {whole}
        </p>
      </details>
    )
  }
  return (
    <p dir="auto" className={`tight text-body whitespace-pre-wrap wrap-anywhere ${isQuiet ? "text-text-2" : ""}`}>
      {changes.map(({ kind, text }, place) => {
        const key = `${place}`
        if (kind === "same") return <span key={key}>{text}</span>
        const Mark = kind === "removed" ? "del" : "ins"
        const look = kind === "removed" ? "bg-danger-soft text-danger line-through" : "bg-success-soft text-success underline"
        return (
          <Mark key={key} className={`rounded-1 decoration-1 underline-offset-2 ${look}`}>
            <span className="sr-only">{kind === "removed" ? t`removed:` : t`added:`} </span>
            {text}
          </Mark>
        )
      })}
    </p>
  )
}
