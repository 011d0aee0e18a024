"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { useLingui } from "@lingui/react/macro"
import { Check, Copy } from "lucide-react"
import { useEffect, useState } from "react"
import { Button } from "@/components/ui/button"
import { copyText } from "@/lib/clipboard"

const SHOWN_MS = 1600

interface CopyMadeProps {
  label: string
  /** What stands on the button; without it, only the icon. */
  name?: string
  /** Makes the text when it is asked for: of a text that grows it would be made over and over. */
  make: () => string
}

/** Copies a text that is made on demand, and says so for a moment. */
export function CopyMade({ label, name, make }: CopyMadeProps) {
  const { t } = useLingui()
  const [isCopied, setIsCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return undefined
    const timer = setTimeout(() => setIsCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const Icon = isCopied ? Check : Copy
  return (
    <Button size="small" aria-label={isCopied ? t`Copied` : label} title={label} onClick={() => void copyText(make()).then(setIsCopied)}>
      <Icon aria-hidden="true" className="size-3.5" />
      {name === undefined ? null : <span aria-hidden="true">{name}</span>}
      <span role="status" className="sr-only">
        {isCopied ? t`Copied` : ""}
      </span>
    </Button>
  )
}
