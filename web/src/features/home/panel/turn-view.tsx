import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { Avatar } from "@/components/ui/avatar"
import { WritingBars } from "@/components/ui/bars"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { formatDuration, formatMoney } from "@/lib/format"
import { monogram } from "@/lib/voices"
import type { RequestRow } from "@/api/types"
import type { Turn } from "@/stream/talk"

interface TurnViewProps {
  turn: Turn
  voice: number
  /** The ledger row of its request, once there is one. */
  row: RequestRow | undefined
  /** Asks again; only where that makes sense. */
  onRetry: (() => void) | null
}

/** One turn: avatar, name, and beside its text the rail in its voice. */
export function TurnView({ turn, voice, row, onRetry }: TurnViewProps) {
  const { t } = useLingui()
  const isPerson = turn.author === "person"
  const name = isPerson ? t`You` : turn.model
  return (
    <article aria-label={name} data-voice={voice} className="turn-new grid grid-cols-[auto_1fr] gap-x-3 gap-y-1">
      <Avatar kind={turn.author} letters={monogram(name.split("/").at(-1) ?? name, 0)} voice={voice} />
      <p className="flex min-h-7 min-w-0 items-center gap-2">
        <bdi className="voice-name tight truncate text-body font-semibold">{name}</bdi>
        {turn.state === "writing" ? (
          <span className="voice-name inline-flex shrink-0 items-center gap-1.5 text-ui">
            <WritingBars />
            {t`writing`}
          </span>
        ) : null}
      </p>
      <span aria-hidden="true" className="voice-bar my-1 w-0.5 justify-self-center rounded-full opacity-60" />
      <div className="flex min-w-0 flex-col gap-2">
        {turn.reasoning ? <Reasoning text={turn.reasoning} /> : null}
        <p dir="auto" className="tight text-body wrap-anywhere whitespace-pre-wrap">
          {turn.text}
          {turn.state === "writing" ? <span aria-hidden="true" className="caret" /> : null}
        </p>
        {turn.failure === null ? null : <Failure turn={turn} onRetry={onRetry} />}
        {isPerson || turn.state === "writing" ? null : <TurnFoot turn={turn} row={row} />}
      </div>
    </article>
  )
}

interface FailureProps {
  turn: Turn
  onRetry: (() => void) | null
}

function Failure({ turn, onRetry }: FailureProps) {
  const { t } = useLingui()
  const sentence =
    turn.failure === "unreachable"
      ? t`Salon does not answer. Your message is kept here.`
      : turn.failure === "broken"
        ? t`The answer broke off.`
        : turn.error
  return (
    <Notice
      tone={turn.failure === "unreachable" ? "warning" : "danger"}
      action={
        onRetry === null ? null : (
          <Button look="outline" onClick={onRetry}>
            {t`Try again`}
          </Button>
        )
      }
    >
      {sentence}
    </Notice>
  )
}

interface ReasoningProps {
  text: string
}

function Reasoning({ text }: ReasoningProps) {
  const { t } = useLingui()
  return (
    <details className="rounded-2 border border-border px-3 py-1.5 text-ui text-text-2">
      <summary className="min-h-(--target) content-center font-medium">{t`Reasoning`}</summary>
      <p dir="auto" className="pt-1 wrap-anywhere whitespace-pre-wrap">
        {text}
      </p>
    </details>
  )
}

interface TurnFootProps {
  turn: Turn
  row: RequestRow | undefined
}

function TurnFoot({ turn, row }: TurnFootProps) {
  const { t, i18n } = useLingui()
  const locale = i18n.locale
  const parts = [
    turn.outputTokens === null ? null : plural(turn.outputTokens, { one: "# token", other: "# tokens" }),
    turn.state === "stopped" ? t`stopped` : null,
    row === undefined ? null : row.cost_e10 === null ? t`unpriced` : formatMoney(row.cost_e10, row.currency, locale),
    turn.firstTextMs === null ? null : t`first words ${formatDuration(turn.firstTextMs, locale)}`,
    turn.durationMs === null ? null : formatDuration(turn.durationMs, locale),
  ].filter((part) => part !== null)
  return (
    <p className="overflow-hidden text-caption text-text-3">
      <span className="dotted tabular flex flex-wrap">
        {parts.map((part) => (
          <span key={part}>{part}</span>
        ))}
      </span>
    </p>
  )
}
