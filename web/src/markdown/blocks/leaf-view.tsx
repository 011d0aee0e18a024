"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { readCodeInfo } from "../code-info.ts"
import type { Block, CodeBlock } from "../parse/tree.ts"
import { CodeView } from "./code-view.tsx"
import { DiagramSlot } from "./diagram-slot.tsx"
import { HeadingView } from "./heading-view.tsx"
import { InlineList } from "./inline-list.tsx"
import { MathView } from "./math-view.tsx"
import { TableView } from "./table-view.tsx"

interface LeafViewProps {
  block: Block
  isTail: boolean
  isTight: boolean
}

/** A block that holds no others. The caret stands at the end of the one that grows. */
export function LeafView({ block, isTail, isTight }: LeafViewProps) {
  const caret = isTail ? <span className="caret" /> : null
  switch (block.kind) {
    case "paragraph":
      return isTight ? (
        <>
          <InlineList inlines={block.inlines} />
          {caret}
        </>
      ) : (
        <p>
          <InlineList inlines={block.inlines} />
          {caret}
        </p>
      )
    case "heading":
      return (
        <HeadingView level={block.level}>
          <InlineList inlines={block.inlines} />
          {caret}
        </HeadingView>
      )
    case "rule":
      return (
        <>
          <hr />
          {caret}
        </>
      )
    case "html":
      return (
        <p className="md-raw" dir="ltr">
          {block.text}
          {caret}
        </p>
      )
    case "code":
      return <CodeOrPicture block={block} isTail={isTail} />
    case "table":
      return (
        <>
          <TableView table={block} />
          {caret}
        </>
      )
    case "math":
      return (
        <>
          <MathView tex={block.isComplete ? block.tex : null} source={block.source} />
          {caret}
        </>
      )
    case "quote":
    case "list":
    case "item":
    case "row":
    case "note":
      return null
  }
}

interface CodeOrPictureProps {
  block: CodeBlock
  isTail: boolean
}

/** Code, and what is drawn from code once that is complete: formulas and diagrams. */
function CodeOrPicture({ block, isTail }: CodeOrPictureProps) {
  const { language } = readCodeInfo(block.info)
  const code = <CodeView block={block} isTail={isTail} />
  if (!block.isComplete || !/^(?:math|mermaid|svg)$/.test(language)) return code
  const source = block.chunks.join("") + block.tail
  if (language === "math") return <MathView tex={source} source={source} />
  return (
    <DiagramSlot language={language === "svg" ? "svg" : "mermaid"} source={source}>
      {code}
    </DiagramSlot>
  )
}
