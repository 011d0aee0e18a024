import { useEffect, useState } from "react"

/** Whole seconds until a time has passed; counted down while there are any. */
export function useSecondsLeft(sinceMs: number | null, forS: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  const left = sinceMs === null ? 0 : Math.max(0, Math.ceil((sinceMs - nowMs) / 1000 + forS))
  const isCounting = left > 0
  useEffect(() => {
    if (!isCounting) return undefined
    const timer = setInterval(() => setNowMs(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [isCounting])
  return left
}
