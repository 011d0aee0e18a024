import { useLingui } from "@lingui/react/macro"
import type { ExactRequest } from "@/features/conversations/api/branching"
import { serverAddress } from "@/api/client"
import { asCurl } from "@/features/conversations/inspector/trace-curl"
import type { TraceStep } from "@/features/conversations/inspector/trace-steps"
import { CopyButton } from "@/components/ui/copy-button"
import { Fact } from "@/components/ui/fact"
import { Group } from "@/components/ui/group"

interface TraceRequestProps {
  step: TraceStep
  isAlone: boolean
  exact: ExactRequest
}

/** What is shown apart from the parameters, or is usual in every request. */
const NO_PARAMETERS = new Set(["model", "messages", "tools", "stream", "include_usage", "instructions"])

/** One request word for word: its parameters, its messages, and both to take along. */
export function TraceRequest({ step, isAlone, exact }: TraceRequestProps) {
  const { t } = useLingui()
  const { request, number } = step
  const title = isAlone ? t`Exact request` : t`Request ${number}`
  if (request === null) {
    return (
      <Group title={title}>
        <p className="text-ui text-text-2">{t`A message of it is gone, so it cannot be shown.`}</p>
      </Group>
    )
  }
  const parameters = Object.entries(request).filter(([name, value]) => !NO_PARAMETERS.has(name) && value !== null)
  const json = JSON.stringify(request, null, 2)
  return (
    <Group title={title}>
      <dl>
        {parameters.map(([name, value]) => (
          <Fact key={name} label={name}>
            <bdi data-code>{typeof value === "string" ? value : JSON.stringify(value)}</bdi>
          </Fact>
        ))}
      </dl>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-caption text-text-2">
        <span className="inline-flex items-center gap-1">
          JSON
          <CopyButton text={json} label={t`Copy the request as JSON`} />
        </span>
        <span className="inline-flex items-center gap-1">
          curl
          <CopyButton text={asCurl(request, exact.model, serverAddress())} label={t`Copy the request as curl`} />
        </span>
      </div>
      <details>
        <summary className="min-h-(--target) content-center text-ui text-accent">{t`Show every word of it`}</summary>
        <pre
          dir="ltr"
          // A scrolling region must be reachable by keyboard.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          aria-label={t`The request as JSON`}
          role="region"
          className="mt-2 max-h-96 overflow-auto rounded-2 bg-sunken p-3 text-caption whitespace-pre-wrap wrap-anywhere"
        >
          {json}
        </pre>
      </details>
    </Group>
  )
}
