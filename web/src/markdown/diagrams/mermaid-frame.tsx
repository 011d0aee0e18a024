import { useEffect, useRef } from "react"
import { type Drawn, readAnswer } from "./drawing.ts"

const LONGEST_MS = 20_000

interface MermaidFrameProps {
  title: string
  source: string
  drawn: Drawn
  /** What is said when the frame never answers. */
  tooLate: string
  onDrawn: (drawn: Drawn) => void
}

/** A diagram that is drawn in a frame of an origin of its own, by our own server's scripts and policy. */
export function MermaidFrame({ title, source, drawn, tooLate, onDrawn }: MermaidFrameProps) {
  const ref = useRef<HTMLIFrameElement>(null)
  useEffect(() => {
    const isDone = { now: false }
    const tell = (answer: Drawn): void => {
      isDone.now = true
      onDrawn(answer)
    }
    const ask = (): void => {
      const isDark = document.documentElement.dataset["theme"] === "dark"
      // The frame has no origin that could be named here; what it gets is the text of the diagram and nothing else.
      ref.current?.contentWindow?.postMessage({ source, isDark }, "*")
    }
    const hear = (event: MessageEvent<unknown>): void => {
      if (event.source === null || event.source !== ref.current?.contentWindow) return
      const answer = readAnswer(event.data)
      if (answer === "ready") ask()
      else if (answer !== null) tell(answer)
    }
    const late = setTimeout(() => isDone.now || tell({ kind: "failed", reason: tooLate }), LONGEST_MS)
    const themes = new MutationObserver(ask)
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] })
    globalThis.addEventListener("message", hear)
    return () => {
      clearTimeout(late)
      themes.disconnect()
      globalThis.removeEventListener("message", hear)
    }
  }, [source, tooLate, onDrawn])
  const style = drawn.kind === "drawn" ? { inlineSize: drawn.width, aspectRatio: `${drawn.width} / ${drawn.height}` } : { blockSize: 0 }
  return (
    <iframe
      ref={ref}
      title={title}
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      src={new URL("frame/diagram.html", document.baseURI).href}
      style={style}
    />
  )
}
