import { type ReactNode, Suspense, useMemo } from "react"
import { foreignImages } from "@/features/conversations/api/foreign-images"
import { type Piece, piecesOf } from "@/features/conversations/page/parts/cited"
import { MediaSlot } from "@/features/conversations/page/parts/media-slot"
import { Reasoning } from "@/features/conversations/page/parts/reasoning"
import { SourcesContext } from "@/features/conversations/page/parts/sources"
import { lazy } from "@/lib/lazy"
import type { ToolState } from "@/live/gathering"
import type { Part } from "@/live/parts"
import { Markdown } from "@/markdown"
import { useRegistered } from "@/registry"

const rare = () => import("@/features/conversations/page/parts/rare-parts")
const Citation = lazy(() => rare().then((parts) => ({ default: parts.Citation })))
const Citations = lazy(() => rare().then((parts) => ({ default: parts.Citations })))
const Refusal = lazy(() => rare().then((parts) => ({ default: parts.Refusal })))
const ToolCall = lazy(() => rare().then((parts) => ({ default: parts.ToolCall })))

interface AnswerBodyProps {
  parts: readonly Part[]
  /** The place of the part that grows, or -1. */
  growing: number
  /** Whether more comes: the caret stands where it will. */
  isStreaming: boolean
  /** It came while the page was open. */
  isNew?: boolean
  tools: ReadonlyMap<string, ToolState>
  thoughtMs: number | null
}

/** What an answer says, part by part. While it grows only its last part is drawn again. */
export function AnswerBody({ parts, growing, isStreaming, isNew = false, tools, thoughtMs }: AnswerBodyProps) {
  const { pieces, sources } = useMemo(() => piecesOf(parts), [parts])
  const last = pieces.at(-1)
  const isTextLast = last?.kind === "text"
  return (
    <SourcesContext value={sources}>
      {pieces.map((piece, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- parts are only ever added at the end
        <PieceView key={index} piece={piece} isGrowing={isStreaming && piece === last} isNew={isNew} isStreaming={isStreaming} growing={growing} tools={tools} thoughtMs={thoughtMs} />
      ))}
      {isStreaming && !isTextLast && pieces.length === 0 ? <span className="caret" /> : null}
    </SourcesContext>
  )
}

const cite = (number: number): ReactNode => (
  <Suspense fallback={number}>
    <Citation number={number} />
  </Suspense>
)

interface PieceViewProps {
  piece: Piece
  isGrowing: boolean
  isNew: boolean
  isStreaming: boolean
  growing: number
  tools: ReadonlyMap<string, ToolState>
  thoughtMs: number | null
}

function PieceView({ piece, isGrowing, isNew, isStreaming, growing, tools, thoughtMs }: PieceViewProps) {
  if (piece.kind === "text") return <Markdown text={piece.text} isStreaming={isGrowing} isNew={isNew} headingLevel={4} images={foreignImages} cite={cite} />
  if (piece.kind === "cited") {
    return (
      <Suspense>
        <Citations numbers={piece.numbers} />
      </Suspense>
    )
  }
  const { part, result, at } = piece
  switch (part.kind) {
    case "reasoning":
      return <Reasoning part={part} isGrowing={isGrowing && growing === at} durationMs={thoughtMs} />
    case "tool-call":
      return (
        <Suspense>
          <ToolCall part={part} result={result?.kind === "tool-result" ? result : null} state={tools.get(part.id) ?? null} isRunning={isStreaming} />
        </Suspense>
      )
    case "refusal":
      return (
        <Suspense>
          <Refusal text={part.text} />
        </Suspense>
      )
    case "image":
    case "audio":
    case "video":
    case "file":
      return <MediaSlot part={part} />
    default:
      return <OtherPart part={part} />
  }
}

/** As a feature draws it. What only one dialect understands is else nothing to read; a later server may have parts of its own. */
function OtherPart({ part }: { part: Part }) {
  const Renderer = useRegistered("renderers").find(({ type }) => type === part.kind)?.component
  return Renderer ? (
    <Suspense>
      <Renderer part={part} />
    </Suspense>
  ) : null
}
