import { useLingui } from "@lingui/react/macro"
import { CircleAlert, Wrench } from "lucide-react"
import { Button } from "@/components/ui/button"
import { CodeBlock } from "@/components/ui/code-block"
import { Fold } from "@/features/conversations/page/parts/fold"
import { MediaSlot } from "@/features/conversations/page/parts/media-slot"
import { formatCount, formatDuration } from "@/lib/format"
import type { ToolState } from "@/live/gathering"
import type { MediaPart, Part, ToolCallPart, ToolResultPart } from "@/live/parts"
import { saveText } from "@/markdown/save-text"

interface ToolCallProps {
  part: ToolCallPart
  result: ToolResultPart | null
  /** How it stands while the answer is made. */
  state: ToolState | null
  /** Whether the answer still comes. */
  isRunning: boolean
}

/** A call of a tool in one line; what it was told and what it gave open below it. */
export function ToolCall({ part, result, state, isRunning }: ToolCallProps) {
  const { t, i18n } = useLingui()
  const words = { waiting: t`waits for leave`, given: t`starts`, refused: t`refused`, running: t`runs`, done: t`done` }
  const took = state?.durationMs ?? null
  const isFailed = result?.is_error === true
  const time = took === null ? null : formatDuration(took, i18n.locale)
  const stands = isFailed ? t`failed` : result !== null ? words.done : state !== null ? words[state.state] : isRunning ? t`is written` : t`no result`
  const title = (
    <>
      <bdi className="font-medium text-text">{part.name}</bdi> <bdi dir="ltr">{digest(part.arguments)}</bdi>
    </>
  )
  return (
    <Fold Icon={isFailed ? CircleAlert : Wrench} title={title} aside={time === null ? stands : `${stands} · ${time}`} isFailed={isFailed} look="box">
      <div className="flex min-w-0 flex-col gap-2 py-2">
        <Shown label={t`Asked`} text={indented(part.arguments)} />
        {result === null ? null : <Result label={isFailed ? t`Error` : t`Result`} name={part.name} parts={result.parts ?? []} />}
      </div>
    </Fold>
  )
}

interface ResultProps {
  label: string
  /** Of the tool. */
  name: string
  parts: readonly Part[]
}

/** What a tool gave: its words, and below them the pictures and files, which the house has. */
function Result({ label, name, parts }: ResultProps) {
  const text = parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n")
  const media = parts.filter(isMedia)
  return (
    <>
      {text === "" && media.length > 0 ? null : <Shown label={label} text={text} saveAs={`${name}.txt`} />}
      {media.map((part, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- what a tool gave does not change
        <MediaSlot key={index} part={part} />
      ))}
    </>
  )
}

interface ShownProps {
  label: string
  text: string
  /** The name of a file to save the whole as, where that is more than is shown. */
  saveAs?: string
}

const MOST_SHOWN = 20_000

function Shown({ label, text, saveAs = "" }: ShownProps) {
  const { t, i18n } = useLingui()
  const count = formatCount(text.length, i18n.locale)
  return (
    <>
      <CodeBlock title={label} code={text.slice(0, MOST_SHOWN)} language="javascript" isLow />
      {text.length <= MOST_SHOWN ? null : (
        <p className="flex flex-wrap items-center gap-x-3 text-ui text-text-2">
          {t`This is the beginning of ${count} signs.`}
          <Button size="small" look="outline" onClick={() => saveText(saveAs, text)}>{t`Save all of it`}</Button>
        </p>
      )}
    </>
  )
}

const MOST_DIGEST = 120

/** The values a tool was told, without the signs between them. */
function digest(text: string): string {
  return text.slice(0, 2 * MOST_DIGEST).replaceAll(/"\s*:\s*/g, ": ").replaceAll(/[{}"[\]]/g, "").replaceAll(/,(?=\S)/g, ", ").replaceAll(/\s+/g, " ").trim().slice(0, MOST_DIGEST)
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function isMedia(part: Part): part is MediaPart {
  return part.kind === "image" || part.kind === "audio" || part.kind === "video" || part.kind === "file"
}
