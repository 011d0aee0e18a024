import { Plural, useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import type { Batch } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Group } from "@/components/ui/group"
import { batchesQuery, batchQuery, cancelBatch } from "@/features/batches/api/batches"

interface BatchStopProps {
  batch: Batch
}

/** The question takes the place of the button that had the focus. */
function focus(button: HTMLButtonElement | null): void {
  button?.focus()
}

/** Stops a batch, asked twice: the lines that wait are not asked any more. */
export function BatchStop({ batch }: BatchStopProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [isAsking, setIsAsking] = useState(false)
  const stop = useMutation({
    ...cancelBatch(batch.id),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: batchQuery(batch.id).queryKey })
      void client.invalidateQueries({ queryKey: batchesQuery().queryKey })
    },
  })
  const isStopping = batch.cancel_asked_at_ms !== null
  return (
    <Group title={t`Stop it`}>
      {isStopping ? (
        <p role="status" className="text-ui text-text-2">{t`It stops: lines under way are still answered.`}</p>
      ) : isAsking ? (
        <>
          <p className="text-ui text-text-2">
            <Plural
              value={batch.waiting}
              one="# line without an answer will not be asked. That cannot be undone."
              other="# lines without an answer will not be asked. That cannot be undone."
            />
          </p>
          <div className="flex flex-wrap items-center gap-2">
            <Button look="danger" ref={focus} disabled={stop.isPending} onClick={() => stop.mutate()}>
              {t`Stop the batch`}
            </Button>
            <Button onClick={() => setIsAsking(false)}>{t`Let it run`}</Button>
          </div>
        </>
      ) : (
        <div>
          <Button look="outline" onClick={() => setIsAsking(true)}>
            {t`Stop`}
          </Button>
        </div>
      )}
      {stop.error ? <p role="alert" className="text-ui text-danger">{stop.error.message}</p> : null}
    </Group>
  )
}
