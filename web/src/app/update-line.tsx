import { useLingui } from "@lingui/react/macro"
import { useEffect, useRef, useState } from "react"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { isOutdated } from "@/lib/newer-build"

const CHECK_MS = 300_000

interface UpdateLineProps {
  /** When the server was started; undefined while that is not known. */
  startedAtMs: number | undefined
}

/** Says that the server has another build of this page than the one that is open. */
export function UpdateLine({ startedAtMs }: UpdateLineProps) {
  const { t } = useLingui()
  const [isNewer, setIsNewer] = useState(false)
  const knownMs = useRef<number | undefined>(undefined)
  useEffect(() => {
    const check = (): void => {
      if (!document.hidden) void isOutdated().then((found) => found && setIsNewer(true))
    }
    // The document was asked for a moment ago; only one that was kept may be of before, or a server that came again.
    const isKept = Boolean(navigator.serviceWorker?.controller)
    const isOther = knownMs.current !== undefined && knownMs.current !== startedAtMs
    if (startedAtMs !== undefined && (isKept || isOther)) check()
    knownMs.current = startedAtMs ?? knownMs.current
    const timer = setInterval(check, CHECK_MS)
    document.addEventListener("visibilitychange", check)
    return () => {
      clearInterval(timer)
      document.removeEventListener("visibilitychange", check)
    }
  }, [startedAtMs])
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
