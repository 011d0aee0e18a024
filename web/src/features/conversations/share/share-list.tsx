import { useLingui } from "@lingui/react/macro"
import { useInfiniteQuery } from "@tanstack/react-query"
import { sharesQuery } from "@/features/conversations/api/branching"
import { ShareRow } from "@/features/conversations/share/share-row"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { SkeletonRows } from "@/components/ui/skeleton"

interface ShareListProps {
  /** Of one conversation; of all without it. */
  conversationId?: string
}

/** The links that were made, the newest first. */
export function ShareList({ conversationId }: ShareListProps) {
  const { t } = useLingui()
  const shares = useInfiniteQuery(sharesQuery(conversationId))
  const items = shares.data?.pages.flatMap((page) => page.items) ?? []
  if (shares.data === undefined) {
    return shares.error ? <Notice tone="danger">{shares.error.message}</Notice> : <SkeletonRows rows={2} label={t`Loading the links`} />
  }
  if (items.length === 0) {
    return conversationId === undefined ? (
      <p className="text-ui text-text-2">{t`Nothing is shared. A conversation is shared from its menu.`}</p>
    ) : null
  }
  return (
    <section aria-label={t`Links`} className="flex flex-col gap-2">
      {conversationId === undefined ? null : <h3 className="text-ui font-semibold">{t`Links to this conversation`}</h3>}
      <ul className="flex flex-col">
        {items.map((share) => (
          <ShareRow key={share.id} share={share} isNamed={conversationId === undefined} />
        ))}
      </ul>
      {shares.hasNextPage ? (
        <span>
          <Button look="outline" disabled={shares.isFetchingNextPage} onClick={() => void shares.fetchNextPage()}>
            {t`Show older links`}
          </Button>
        </span>
      ) : null}
    </section>
  )
}
