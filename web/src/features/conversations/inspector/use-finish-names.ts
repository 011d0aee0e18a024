import { useLingui } from "@lingui/react/macro"

/** What the ends of an answer and of its request are called; one that nobody named here goes by its own name. */
export function useFinishNames(): (finish: string) => string {
  const { t } = useLingui()
  const names: Readonly<Record<string, string>> = {
    stop: t`Finished`,
    complete: t`Finished`,
    length: t`Cut at the most tokens it may have`,
    "tool-calls": t`Called tools`,
    "content-filter": t`Cut by the provider's filter`,
    refusal: t`Refused`,
    pause: t`Paused by the provider`,
    error: t`Failed`,
    failed: t`Failed`,
    interrupted: t`Broke off`,
    unknown: t`Not told by the provider`,
  }
  return (finish) => names[finish] ?? finish
}
