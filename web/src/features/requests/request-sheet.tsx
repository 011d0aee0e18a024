import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { QueryView } from "@/components/ui/query-view"
import { Dialog } from "@/components/ui/dialog"
import { SkeletonRows } from "@/components/ui/skeleton"
import { requestQuery } from "@/features/requests/api/request"
import { RequestFacts } from "@/features/requests/request-facts"
import type { Voice } from "@/lib/voices"

interface RequestSheetProps {
  requestId: string
  voices: ReadonlyMap<string, Voice>
  onClose: () => void
}

/** What is known of one request: why it went where it went, what it cost, and every attempt. */
export function RequestSheet({ requestId, voices, onClose }: RequestSheetProps) {
  const { t } = useLingui()
  const query = useQuery(requestQuery(requestId))
  return (
    <Dialog title={query.data?.asked_model ?? t`Request`} isOpen onClose={onClose}>
      <QueryView query={query} loading={<SkeletonRows rows={5} label={t`Loading the request`} />}>
        {(request) => <RequestFacts request={request} voices={voices} />}
      </QueryView>
    </Dialog>
  )
}
