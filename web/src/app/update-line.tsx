import { useLingui } from "@lingui/react/macro"
import { useEffect, useState } from "react"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { isOutdated } from "@/lib/newer-build"

const CHECK_MS = 300_000

/** Says that the server has another build of this page than the one that is open. Its key is when the server was started. */
export function UpdateLine() {
  const { t } = useLingui()
  const [isNewer, setIsNewer] = useState(false)
  useEffect(() => {
    const check = (): void => {
      if (!document.hidden) void isOutdated().then((found) => found && setIsNewer(true))
    }
    check()
    const timer = setInterval(check, CHECK_MS)
    document.addEventListener("visibilitychange", check)
    return () => {
      clearInterval(timer)
      document.removeEventListener("visibilitychange", check)
    }
  }, [])
  if (!isNewer) return null
  return (
    <div role="status" className="px-4 py-3">
      <Notice
        tone="info"
        action={
          <Button look="outline" onClick={() => location.reload()}>
            {t`Load it`}
          </Button>
        }
      >
        {t`A new version of this page is there. What you have written is kept.`}
      </Notice>
    </div>
  )
}
