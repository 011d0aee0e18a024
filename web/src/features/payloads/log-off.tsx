import { Trans } from "@lingui/react/macro"
import { Command } from "@/components/ui/code-block"

/** What stands here while nothing is kept: how to switch the log on, for what. */
export function LogOff() {
  return (
    <div className="flex flex-col items-start gap-4 py-6">
      <p className="tight text-lead font-medium">
        <Trans>The payload log is off: nobody’s words are kept.</Trans>
      </p>
      <p className="max-w-(--measure) text-ui text-text-2">
        <Trans>
          Switch it on where Salon runs, for one key, for the names of models, or for all of the space. Secrets are taken out
          before anything is written, and everything is deleted after its days.
        </Trans>
      </p>
      <div className="flex max-w-full flex-col items-start gap-2">
        <Command command="salon payloads on support --key helpdesk --keep 14" />
        <Command command={'salon payloads on drafts --route "draft-*" --sample 0.1'} />
        <Command command="salon payloads on everything --space" />
      </div>
    </div>
  )
}
