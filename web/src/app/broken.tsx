import { useLingui } from "@lingui/react/macro"
import { useEffect } from "react"
import { Logo } from "@/components/ui/bars"
import { Button } from "@/components/ui/button"
import { dropEarlyBox } from "@/lib/early-box"

interface BrokenProps {
  error: unknown
}

/** What stands here when the page itself fails, most often after the server was upgraded under it. */
export function Broken({ error }: BrokenProps) {
  const { t } = useLingui()
  useEffect(dropEarlyBox, [])
  return (
    <main className="grid min-h-dvh place-items-center bg-surface p-6">
      <div className="flex max-w-md flex-col items-start gap-5">
        <Logo size="large" />
        <h1 className="tight text-h1 font-semibold">{t`This page broke`}</h1>
        <p className="tight text-body text-text-2">
          {t`If Salon was upgraded a moment ago, loading the page again mends it.`}
        </p>
        <code className="rounded-2 bg-sunken px-3 py-2 text-ui wrap-anywhere text-text-2">{error instanceof Error ? error.message : String(error)}</code>
        <Button look="solid" onClick={() => location.reload()}>
          {t`Load the page again`}
        </Button>
      </div>
    </main>
  )
}
