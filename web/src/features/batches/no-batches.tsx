import { Trans, useLingui } from "@lingui/react/macro"
import { serverAddress } from "@/api/client"
import { CodeBlock } from "@/components/ui/code-block"

/** What stands here before the first batch: how one is handed in. */
export function NoBatches() {
  const { t } = useLingui()
  const code = `from openai import OpenAI

client = OpenAI(base_url="${serverAddress()}/v1", api_key="sk-salon-...")
lines = client.files.create(file=open("lines.jsonl", "rb"), purpose="batch")
batch = client.batches.create(
    input_file_id=lines.id, endpoint="/v1/chat/completions", completion_window="24h"
)`
  return (
    <div className="flex flex-col gap-4 py-6">
      <p className="tight text-lead font-medium">
        <Trans>No batch yet: many requests at once are handed in with the client you have.</Trans>
      </p>
      <CodeBlock title={t`OpenAI’s client, any model`} code={code} language="python" />
    </div>
  )
}
