import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { PanelHead } from "@/components/ui/panel-head"
import { QueryView } from "@/components/ui/query-view"
import { SkeletonRows } from "@/components/ui/skeleton"
import { requestQuery } from "@/features/requests/api/request"
import { RequestFacts } from "@/features/requests/request-facts"
import type { Voice } from "@/lib/voices"

interface RequestPanelProps {
  requestId: string
  voices: ReadonlyMap<string, Voice>
  onClose: () => void
}

/** What is known of one request, beside the list of all. */
export function RequestPanel({ requestId, voices, onClose }: RequestPanelProps) {
  const { t } = useLingui()
  const query = useQuery(requestQuery(requestId))
  return (
    <>
      <PanelHead title={query.data?.asked_model ?? t`Request`} onClose={onClose} />
      <div className="min-h-0 flex-1 overflow-y-auto p-5">
        <QueryView query={query} loading={<SkeletonRows rows={5} label={t`Loading the request`} />}>
          {(request) => <RequestFacts request={request} voices={voices} />}
        </QueryView>
      </div>
    </>
  )
}
