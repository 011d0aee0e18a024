import { useLingui } from "@lingui/react/macro"
import { Check, Copy } from "lucide-react"
import { useEffect, useState } from "react"
import { Button } from "@/components/ui/button"
import { copyText } from "@/lib/clipboard"

const SHOWN_MS = 1600

interface CopyButtonProps {
  text: string
  /** What is copied, for its accessible name: “Copy the address”. */
  label: string
  isIconOnly?: boolean
}

/** Copies a text and says so for a moment. */
export function CopyButton({ text, label, isIconOnly = false }: CopyButtonProps) {
  const { t } = useLingui()
  const [isCopied, setIsCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return undefined
    const timer = setTimeout(() => setIsCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const Icon = isCopied ? Check : Copy
  return (
    <Button
      size="small"
      aria-label={isCopied ? t`Copied` : label}
      title={label}
      onClick={() => void copyText(text).then(setIsCopied)}
    >
      <Icon aria-hidden="true" className="size-3.5" />
      {isIconOnly ? null : <span aria-hidden="true">{isCopied ? t`Copied` : t`Copy`}</span>}
      <span role="status" className="sr-only">
        {isCopied ? t`Copied` : ""}
      </span>
    </Button>
  )
}
