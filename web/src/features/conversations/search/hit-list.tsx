import { useLingui } from "@lingui/react/macro"
import { useEffect, useRef } from "react"
import { Button } from "@/components/ui/button"
import { RowList } from "@/components/ui/row-list"
import type { Hit } from "@/features/conversations/search/api/search"
import { HitRow } from "@/features/conversations/search/hit-row"

const ROW_PX = 76

interface HitListProps {
  hits: readonly Hit[]
  hasMore: boolean
  isReading: boolean
  onMore: () => void
}

/** What was found; reads on as its end is seen, and has a button for it, too. */
export function HitList({ hits, hasMore, isReading, onMore }: HitListProps) {
  const { t } = useLingui()
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (end.current === null || !hasMore || isReading) return undefined
    const observer = new IntersectionObserver(([seen]) => {
      if (seen?.isIntersecting) onMore()
    })
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [hasMore, isReading, onMore])
  return (
    <>
      <RowList items={hits} height={ROW_PX} keyOf={(hit) => hit.message_id} label={t`Messages that fit`}>
        {(hit, { position, isStop }, measure) => <HitRow hit={hit} position={position} isStop={isStop} measure={measure} />}
      </RowList>
      {hasMore ? (
        <div ref={end}>
          <Button look="outline" disabled={isReading} onClick={onMore}>{t`Show more`}</Button>
        </div>
      ) : null}
    </>
  )
}
