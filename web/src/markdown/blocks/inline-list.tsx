"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { Fragment, type ReactNode } from "react"
import type { Inline } from "../parse/tree.ts"
import { CITE, CITED, CitedText } from "./cited-text.tsx"
import { FormulaView } from "./formula-view.tsx"
import { ImageView } from "./image-view.tsx"
import { LinkView } from "./link-view.tsx"
import { NoteMark } from "./note-mark.tsx"

interface InlineListProps {
  inlines: readonly Inline[]
  /** In a cell, where Markdown has no other way to break a line, `<br>` is one. */
  isCell?: boolean
}

/** What stands inside a paragraph, a heading or a cell. */
export function InlineList({ inlines, isCell = false }: InlineListProps) {
  // oxlint-disable-next-line react/no-array-index-key -- marks are only ever added at the end
  return inlines.map((inline, index) => <Fragment key={index}>{draw(inline, isCell)}</Fragment>)
}

function draw(inline: Inline, isCell: boolean): ReactNode {
  switch (inline.kind) {
    case "text":
      return inline.text.includes(CITE) ? <CitedText text={inline.text} /> : inline.text
    case "code":
      return <code dir="ltr">{inline.text.replace(CITED, "")}</code>
    case "html":
      return isCell && /^<br\s*\/?>$/i.test(inline.text) ? <br /> : inline.text
    case "break":
      return <br />
    case "em":
    case "strong":
    case "del": {
      const Tag = inline.kind
      return (
        <Tag>
          <InlineList inlines={inline.children} isCell={isCell} />
        </Tag>
      )
    }
    case "link":
      return (
        <LinkView link={inline}>
          <InlineList inlines={inline.children} isCell={isCell} />
        </LinkView>
      )
    case "image":
      return <ImageView image={inline} />
    case "math":
      return <FormulaView tex={inline.tex} isDisplay={inline.isDisplay} source={inline.source} />
    case "note":
      return <NoteMark number={inline.number} />
  }
}
