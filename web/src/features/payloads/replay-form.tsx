import { useLingui } from "@lingui/react/macro"
import { useMutation, useQuery } from "@tanstack/react-query"
import { useState } from "react"
import type { Payload } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Group } from "@/components/ui/group"
import { Notice } from "@/components/ui/notice"
import { modelsQuery } from "@/features/house/api/queries"
import { ModelSelect } from "@/features/house/model-select"
import { estimateQuery, replayPayload } from "@/features/payloads/api/queries"
import { PayloadBody } from "@/features/payloads/payload-body"
import { estimateBodyOf, readCost } from "@/features/payloads/payload-text"
import { formatMoney } from "@/lib/format"

interface ReplayFormProps {
  payload: Payload
}

/** Asks another model the same, with what that will cost before, and what it cost after. */
export function ReplayForm({ payload }: ReplayFormProps) {
  const { t, i18n } = useLingui()
  const models = useQuery(modelsQuery())
  const [chosen, setChosen] = useState<string | null>(null)
  const model = chosen ?? payload.alias
  const estimate = useQuery(estimateQuery(payload.id, estimateBodyOf(payload, model)))
  const replay = useMutation(replayPayload(payload.id))
  const first = estimate.data?.targets.find((target) => target.place === 1)
  const before =
    first === undefined
      ? null
      : first.estimate_e10 === null
        ? t`unpriced`
        : t`about ${formatMoney(first.estimate_e10, first.currency ?? "USD", i18n.locale)}`
  const cost = readCost(replay.data?.headers["x-salon-cost"])
  const isRefused = replay.data !== undefined && replay.data.status >= 400
  return (
    <Group title={t`Ask another model the same`}>
      <p className="text-ui text-text-2">
        {payload.cut
          ? t`The request was cut when it was kept, so it cannot be sent again.`
          : t`A request of its own, in your name and paid like any other. What was hidden stays hidden.`}
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <ModelSelect models={models.data ?? []} model={model} onModel={setChosen} />
        <Button look="solid" disabled={payload.cut || replay.isPending} onClick={() => replay.mutate(model)}>
          {replay.isPending ? t`Asking` : t`Replay`}
        </Button>
        <span role="status" className="tabular text-ui text-text-2">
          {before === null ? (estimate.error?.message ?? "") : t`Costs ${before}`}
        </span>
      </div>
      {replay.error ? <Notice tone="danger">{replay.error.message}</Notice> : null}
      {replay.data ? (
        <div role="status" className="flex flex-col gap-2 pt-2">
          <p className={`tabular text-ui ${isRefused ? "text-danger" : "text-text-2"}`}>
            {isRefused ? t`Refused with ${replay.data.status}` : t`Answered by ${replay.data.headers["x-salon-route"] ?? model}`}
            {" · "}
            {cost === null ? t`unpriced` : t`cost ${formatMoney(cost.costE10, cost.currency, i18n.locale)}`}
          </p>
          <PayloadBody title={t`Its answer`} text={JSON.stringify(replay.data.body)} />
        </div>
      ) : null}
    </Group>
  )
}
