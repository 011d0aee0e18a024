import { useLingui } from "@lingui/react/macro"
import { CircleAlert, Wrench } from "lucide-react"
import { CodeBlock } from "@/components/ui/code-block"
import { Fold } from "@/features/conversations/page/parts/fold"
import { formatDuration } from "@/lib/format"
import type { ToolState } from "@/live/gathering"
import type { Part, ToolCallPart, ToolResultPart } from "@/live/parts"

interface ToolCallProps {
  part: ToolCallPart
  result: ToolResultPart | null
  /** How it stands while the answer is made. */
  state: ToolState | null
}

/** A call of a tool in one line; what it was told and what it gave open below it. */
export function ToolCall({ part, result, state }: ToolCallProps) {
  const { t, i18n } = useLingui()
  const words = { waiting: t`waits for leave`, given: t`starts`, refused: t`refused`, running: t`runs`, done: "" }
  const took = state?.durationMs ?? null
  const isFailed = result?.is_error === true
  const aside = isFailed ? t`failed` : took === null ? (state ? words[state.state] : null) : formatDuration(took, i18n.locale)
  const title = (
    <>
      <bdi className="font-medium text-text">{part.name}</bdi> <bdi dir="ltr">{digest(part.arguments)}</bdi>
    </>
  )
  return (
    <Fold Icon={isFailed ? CircleAlert : Wrench} title={title} aside={aside} isFailed={isFailed} look="box">
      <div className="flex min-w-0 flex-col gap-2 py-2">
        <Shown label={t`Asked`} text={indented(part.arguments)} />
        {result === null ? null : <Shown label={isFailed ? t`Error` : t`Result`} text={textOf(result.parts ?? [])} />}
      </div>
    </Fold>
  )
}

interface ShownProps {
  label: string
  text: string
}

const MOST_SHOWN = 20_000

function Shown({ label, text }: ShownProps) {
  return <CodeBlock title={label} code={text.slice(0, MOST_SHOWN)} language="javascript" />
}

const MOST_DIGEST = 120

/** The values a tool was told, without the signs between them. */
function digest(text: string): string {
  return text.slice(0, 2 * MOST_DIGEST).replaceAll(/[{}"[\]]/g, "").replaceAll(/\s+/g, " ").trim().slice(0, MOST_DIGEST)
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.kind === "text" ? part.text : `[${part.kind}]`)).join("\n")
}
