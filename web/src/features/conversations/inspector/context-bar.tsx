import { useLingui } from "@lingui/react/macro"
import type { components } from "@/api/schema"
import { formatCount } from "@/lib/format"

type Context = components["schemas"]["Context"]

interface ContextBarProps {
  context: Context
}

/** The parts of the context as one bar, and the same as a list with numbers. */
export function ContextBar({ context }: ContextBarProps) {
  const { t, i18n } = useLingui()
  const count = (value: number): string => formatCount(value, i18n.locale)
  const parts: readonly [name: string, tokens: number, voice: number][] = [
    [t`Conversation`, context.messages, 5],
    [t`Instructions`, context.system, 8],
    [t`Pinned`, context.pinned, 2],
    [t`Tools`, context.tools, 1],
    [t`Tool results`, context.results, 4],
    [t`Files`, context.files, 7],
    [t`Summary`, context.summary, 9],
  ]
  const taken = parts.filter(([, tokens]) => tokens > 0)
  const window = Math.max(1, context.window_tokens)
  return (
    <div className="flex flex-col gap-2">
      <div aria-hidden="true" className="flex h-2 gap-px overflow-hidden rounded-1 bg-active">
        {taken.map(([name, tokens, voice]) => (
          <span key={name} data-voice={voice} className="voice-bar min-w-0.5 rounded-1" style={{ inlineSize: `${(tokens / window) * 100}%` }} />
        ))}
        <span className="ms-auto bg-border-strong" style={{ inlineSize: `${(context.reserved / window) * 100}%` }} />
      </div>
      <dl className="flex flex-col">
        {taken.map(([name, tokens, voice]) => (
          <div key={name} className="flex min-h-7 items-center gap-2 text-ui">
            <span aria-hidden="true" data-voice={voice} className="voice-bar size-2 shrink-0 rounded-[2px]" />
            <dt className="min-w-0 flex-1 truncate">{name}</dt>
            <dd className="tabular">{count(tokens)}</dd>
          </div>
        ))}
        <div className="flex min-h-7 items-center gap-2 text-ui">
          <span aria-hidden="true" className="size-2 shrink-0 rounded-[2px] bg-border-strong" />
          <dt className="min-w-0 flex-1 truncate">{t`Kept for the answer`}</dt>
          <dd className="tabular">{count(context.reserved)}</dd>
        </div>
        <div className="flex min-h-7 items-center gap-2 border-t border-border pt-1 text-ui font-medium">
          <dt className="min-w-0 flex-1">{t`Still free`}</dt>
          <dd className="tabular">{count(context.left)}</dd>
        </div>
      </dl>
      <p className="text-caption text-text-2">
        {context.count === "vocabulary" ? t`Counted by the model's vocabulary.` : t`Tokens are estimated.`}{" "}
        {context.is_window_assumed ? t`The model does not say how much it reads; this size is assumed.` : ""}
      </p>
    </div>
  )
}
