import { useLingui } from "@lingui/react/macro"
import { useEffect } from "react"
import { Problem } from "@/api/problem"
import { Button } from "@/components/ui/button"
import { dropEarlyBox } from "@/lib/early-box"
import { Link } from "@/router"

interface LoadProblemProps {
  error: Error
  onRetry: () => void
}

/** Why a conversation cannot be shown, and what to do about it. */
export function LoadProblem({ error, onRetry }: LoadProblemProps) {
  const { t } = useLingui()
  useEffect(dropEarlyBox, [])
  const kind = error instanceof Problem ? error.kind : "offline"
  const isGone = error instanceof Problem && error.status === 404
  const isForbidden = error instanceof Problem && error.status === 403
  const title = isGone
    ? t`This conversation is not here`
    : isForbidden
      ? t`You may not see this conversation`
      : kind === "offline"
        ? t`The server cannot be reached`
        : t`The conversation could not be loaded`
  const words = isGone
    ? t`It was deleted, or it belongs to somebody else.`
    : isForbidden
      ? t`Ask whoever runs this Salon for the right to use conversations.`
      : kind === "offline"
        ? t`It is asked again as soon as it can be reached.`
        : error.message
  return (
    <div role="alert" data-away={kind === "offline" || undefined} className="mx-auto flex max-w-md flex-col items-start gap-4 px-5 pt-12">
      <h2 className="tight text-lead font-medium">{title}</h2>
      <p className="text-body wrap-anywhere text-text-2">{words}</p>
      {isGone || isForbidden ? (
        <Link to="/" className="text-body font-medium text-accent underline underline-offset-4">
          {t`Begin a new conversation`}
        </Link>
      ) : (
        <Button look="solid" onClick={onRetry}>
          {t`Try again`}
        </Button>
      )}
    </div>
  )
}
