import { useLingui } from "@lingui/react/macro"
import { Logo } from "@/components/ui/bars"
import { Link } from "@/router"

/** What stands at an address where nothing is. */
export function NotFound() {
  const { t } = useLingui()
  return (
    <main className="grid min-h-full place-items-center bg-surface p-6">
      <div className="flex flex-col items-start gap-5">
        <Logo size="large" />
        <h1 className="tight text-h1 font-semibold">{t`There is no page here`}</h1>
        <Link to="/" className="text-body font-medium text-accent underline underline-offset-4">
          {t`Go to the start`}
        </Link>
      </div>
    </main>
  )
}
