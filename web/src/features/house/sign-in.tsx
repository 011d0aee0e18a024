import { Trans, useLingui } from "@lingui/react/macro"
import { useEffect } from "react"
import { Logo } from "@/components/ui/bars"
import { Button } from "@/components/ui/button"
import { Command } from "@/components/ui/code-block"
import { dropEarlyBox } from "@/lib/early-box"

interface SignInProps {
  onRetry: () => void
}

/** What stands here when the server does not know who looks. */
export function SignIn({ onRetry }: SignInProps) {
  const { t } = useLingui()
  useEffect(dropEarlyBox, [])
  return (
    <main className="grid min-h-dvh place-items-center bg-surface p-6">
      <div className="flex w-full max-w-md flex-col items-start gap-5">
        <Logo size="large" />
        <h1 className="tight text-h1 font-semibold">{t`Sign in with a one-time link`}</h1>
        <p className="tight text-body text-text-2">
          <Trans>Run one of these where Salon runs. The first opens this page signed in, the second prints a link.</Trans>
        </p>
        <div className="flex flex-col items-start gap-2">
          <Command command="salon open" />
          <Command command="salon login-link" />
        </div>
        <Button look="solid" onClick={onRetry}>
          {t`Try again`}
        </Button>
      </div>
    </main>
  )
}
