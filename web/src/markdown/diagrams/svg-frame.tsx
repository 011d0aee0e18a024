import { svgDocument } from "./drawing.ts"

interface SvgFrameProps {
  title: string
  source: string
  width: number
  height: number
}

/** An SVG in a frame that can do nothing at all. */
export function SvgFrame({ title, source, width, height }: SvgFrameProps) {
  return (
    <iframe
      title={title}
      sandbox=""
      referrerPolicy="no-referrer"
      srcDoc={svgDocument(source)}
      style={{ inlineSize: width, aspectRatio: `${width} / ${height}` }}
    />
  )
}
