import { useLingui } from "@lingui/react/macro"
import { type ReactNode, useState } from "react"
import { Button } from "@/components/ui/button"
import { type Drawn, sized, svgSize } from "./drawing.ts"
import { MermaidFrame } from "./mermaid-frame.tsx"
import { SvgFrame } from "./svg-frame.tsx"

/** How large each was, so that one that comes back into view takes its place at once. */
const SIZES = new Map<string, Drawn>()
const MOST_SIZES = 200

interface DiagramViewProps {
  language: "mermaid" | "svg"
  source: string
  /** The source as code, which is always there to look at. */
  children: ReactNode
}

/** A diagram, drawn where it can reach nothing; its source when someone wants it, and when it cannot be drawn. */
export function DiagramView({ language, source, children }: DiagramViewProps) {
  const { t } = useLingui()
  const [isSource, setIsSource] = useState(false)
  const [drawn, setDrawn] = useState<Drawn>(() => (language === "svg" ? drawnSvg(source, t`This is no SVG.`) : (SIZES.get(source) ?? { kind: "waiting" })))
  const keep = (answer: Drawn): void => {
    if (SIZES.size >= MOST_SIZES) SIZES.clear()
    if (answer.kind === "drawn") SIZES.set(source, answer)
    setDrawn(answer)
  }
  const [onDrawn] = useState(() => keep)
  if (drawn.kind === "failed") {
    const { reason } = drawn
    return (
      <>
        <p role="status" className="md-diagram-failure">
          {t`The diagram could not be drawn: ${reason}`}
        </p>
        {children}
      </>
    )
  }
  const title = language === "svg" ? t`Drawing` : t`Diagram`
  const size = drawn.kind === "drawn" ? sized(drawn.width, drawn.height) : null
  return (
    <div className="md-diagram" data-drawn={drawn.kind === "drawn"}>
      <div className="md-tools">
        <span className="min-w-0 flex-1 truncate">{drawn.kind === "waiting" ? t`Drawing the diagram` : title}</span>
        <Button size="small" aria-pressed={isSource} onClick={() => setIsSource(!isSource)}>
          {isSource ? t`Show diagram` : t`Show source`}
        </Button>
      </div>
      <div className="md-picture" hidden={isSource}>
        {language === "svg" && size !== null ? <SvgFrame title={title} source={source} {...size} /> : null}
        {language === "mermaid" ? (
          <MermaidFrame title={title} source={source} drawn={drawn} tooLate={t`The diagram took too long.`} onDrawn={onDrawn} />
        ) : null}
      </div>
      {isSource || drawn.kind === "waiting" ? children : null}
    </div>
  )
}

function drawnSvg(source: string, reason: string): Drawn {
  const size = svgSize(source)
  return size === null ? { kind: "failed", reason } : { kind: "drawn", ...size }
}
