import { Trans, useLingui } from "@lingui/react/macro"
import type { ProviderKind } from "@/api/types"
import { TextField } from "@/components/ui/text-field"
import { asSentence } from "@/lib/format"

interface KeyFieldProps {
  kind: ProviderKind | undefined
  error?: string | null
  isFirst?: boolean
  /** Whether a key is stored that an empty field keeps. */
  isKept?: boolean
}

/** Where a key is written, once: it is never shown again, not even here. */
export function KeyField({ kind, error = null, isFirst = false, isKept = false }: KeyFieldProps) {
  const { t } = useLingui()
  if (kind?.key === "none") return null
  const hint = (
    <>
      {kind?.key_help ? (
        <span dir="auto" className="block">
          {asSentence(kind.key_help)}
        </span>
      ) : null}
      {isKept ? (
        <Trans>Empty keeps the stored one. An address at another host needs its key with it.</Trans>
      ) : (
        <Trans>It is stored encrypted and never shown again.</Trans>
      )}{" "}
      {kind?.key_url ? (
        <a href={kind.key_url} target="_blank" rel="noreferrer" className="text-accent underline underline-offset-2">
          <Trans>Get a key</Trans>
        </a>
      ) : null}
    </>
  )
  return (
    <TextField
      name="api_key"
      label={t`API key`}
      type="password"
      isCode
      isFirst={isFirst}
      isRequired={kind?.key !== "optional" && !isKept}
      isOptional={kind?.key === "optional" || isKept}
      {...(kind?.key_has_lines ? { lines: 4 } : {})}
      hint={hint}
      error={error}
    />
  )
}
