import { useLingui } from "@lingui/react/macro"
import { Button } from "@/components/ui/button"

interface OlderButtonProps {
  hasMore: boolean
  isLoading: boolean
  onMore: () => void
}

/** Asks for the next page of a list, where there is one. */
export function OlderButton({ hasMore, isLoading, onMore }: OlderButtonProps) {
  const { t } = useLingui()
  if (!hasMore) return null
  return (
    <div>
      <Button look="outline" disabled={isLoading} onClick={onMore}>
        {isLoading ? t`Loading older ones` : t`Show older ones`}
      </Button>
    </div>
  )
}
