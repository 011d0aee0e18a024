import { useLingui } from "@lingui/react/macro"
import type { ReactNode } from "react"
import { CopyButton } from "@/components/ui/copy-button"
import { highlight, type Language } from "@/lib/highlight"

interface CodeBlockProps {
  title: ReactNode
  code: string
  language: Language
  /** Scrolls by itself where it is long. */
  isLow?: boolean
}

const COLOURS = {
  key: "text-code-key",
  str: "text-code-str",
  num: "text-code-num",
  fn: "text-code-fn",
  com: "text-code-com",
  plain: "",
} as const

/** A snippet on its sunken ground, with its name and a copy button; always left to right. */
export function CodeBlock({ title, code, language, isLow = false }: CodeBlockProps) {
  const { t } = useLingui()
  return (
    <div className="rounded-3 bg-sunken">
      <div className="flex min-h-10 items-center justify-between gap-3 ps-4 pe-2 text-caption text-text-2">
        <span className="min-w-0 truncate">{title}</span>
        <CopyButton text={code} label={t`Copy the code`} />
      </div>
      <pre
        dir="ltr"
        // A scrolling region must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={`overflow-auto rounded-3 px-4 pb-4 text-ui ${isLow ? "max-h-80" : ""}`}
      >
        <code>
          {highlight(code, language).map((token, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- the tokens of one snippet never move
            <span key={index} className={COLOURS[token.role]}>
              {token.text}
            </span>
          ))}
        </code>
      </pre>
    </div>
  )
}

interface CommandProps {
  command: string
}

/** One line for a terminal, with a copy button. */
export function Command({ command }: CommandProps) {
  const { t } = useLingui()
  return (
    <span dir="ltr" className="inline-flex max-w-full items-center gap-1 rounded-1 bg-sunken ps-2 text-text-2">
      <code className="truncate text-caption">{command}</code>
      <CopyButton text={command} label={t`Copy the command`} isIconOnly />
    </span>
  )
}
