import { Trans } from "@lingui/react/macro"
import type { Alias } from "@/api/types"

interface KeptPartsProps {
  alias: Alias
}

/** Says of an alias with more than targets that the form leaves the rest as it is. */
export function KeptParts({ alias }: KeptPartsProps) {
  if ((alias.rules?.length ?? 0) === 0 && !alias.split && !alias.mirror) return null
  return (
    <p className="text-caption text-text-2">
      <Trans>Its rules, split and mirror stay as they are; “salon route set --file” changes them.</Trans>
    </p>
  )
}
