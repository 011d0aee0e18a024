"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { useLingui } from "@lingui/react/macro"
import { Download, WrapText } from "lucide-react"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { downloadName, readCodeInfo } from "../code-info.ts"
import type { CodeBlock } from "../parse/tree.ts"
import { saveText } from "../save-text.ts"
import { useScrolls } from "../use-scrolls.ts"
import { CodeText } from "./code-text.tsx"
import { CopyMade } from "./copy-made.tsx"

interface CodeViewProps {
  block: CodeBlock
  isTail: boolean
}

/** Code with its language or file name, to copy, wrap and save; always left to right. */
export function CodeView({ block, isTail }: CodeViewProps) {
  const { t } = useLingui()
  const [isWrapped, setIsWrapped] = useState(false)
  const { ref, scrolls } = useScrolls()
  const info = readCodeInfo(block.info)
  const name = info.fileName ?? (info.language === "" ? t`Code` : info.language)
  const text = (): string => block.chunks.join("") + block.tail
  return (
    <div className="md-code">
      <div className="md-tools">
        <bdi className="min-w-0 flex-1 truncate">{name}</bdi>
        <Button size="small" aria-label={t`Wrap long lines`} aria-pressed={isWrapped} title={t`Wrap long lines`} onClick={() => setIsWrapped(!isWrapped)}>
          <WrapText aria-hidden="true" className="size-3.5" />
        </Button>
        <Button size="small" aria-label={t`Save as ${downloadName(info)}`} title={t`Save as ${downloadName(info)}`} onClick={() => saveText(downloadName(info), text())}>
          <Download aria-hidden="true" className="size-3.5" />
        </Button>
        <CopyMade label={t`Copy the code`} name={t`Copy`} make={text} />
      </div>
      <div
        ref={ref}
        dir="ltr"
        className="md-code-text"
        data-wrapped={isWrapped}
        {...(scrolls ? { tabIndex: 0, role: "region", "aria-label": name } : {})}
      >
        <pre>
          <CodeText block={block} language={info.language} />
          {isTail ? <span className="caret" /> : null}
        </pre>
      </div>
    </div>
  )
}
