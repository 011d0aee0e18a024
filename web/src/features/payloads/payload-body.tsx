import { useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { CopyButton } from "@/components/ui/copy-button"
import { partsOf, prettyJson } from "@/features/payloads/payload-text"
import { formatCount } from "@/lib/format"

const SHOWN_AT_FIRST = 20_000

interface PayloadBodyProps {
  title: string
  text: string | null
}

/** One body as JSON; what was taken out of it is marked. A long one is shown in part at first. */
export function PayloadBody({ title, text }: PayloadBodyProps) {
  const { t, i18n } = useLingui()
  const [isWhole, setIsWhole] = useState(false)
  if (text === null) {
    return <p className="text-ui text-text-2">{t`${title}: sealed with a key that is not here.`}</p>
  }
  const pretty = prettyJson(text)
  const shown = isWhole ? pretty : pretty.slice(0, SHOWN_AT_FIRST)
  return (
    <div className="min-w-0 rounded-3 bg-sunken">
      <div className="flex min-h-10 items-center justify-between gap-3 ps-4 pe-2 text-caption text-text-2">
        <span className="min-w-0 truncate">{title}</span>
        <CopyButton text={pretty} label={t`Copy: ${title}`} />
      </div>
      <pre
        dir="ltr"
        aria-label={title}
        // A scrolling region must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="max-h-96 overflow-auto rounded-3 px-4 pb-4 text-ui whitespace-pre-wrap wrap-anywhere"
      >
        <code>
          {partsOf(shown).map((part, index) =>
            part.isHidden ? (
              // oxlint-disable-next-line react/no-array-index-key -- the parts of one body never move
              <mark key={index} className="rounded-1 bg-warning-soft px-1 text-warning">
                {part.text}
              </mark>
            ) : (
              part.text
            ),
          )}
        </code>
      </pre>
      {shown.length < pretty.length ? (
        <div className="p-2">
          <Button size="small" onClick={() => setIsWhole(true)}>
            {t`Show all ${formatCount(pretty.length, i18n.locale)} characters`}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
