import { useLingui } from "@lingui/react/macro"
import { PageHeader } from "@/components/shell/page-header"
import { Composer } from "@/features/conversations/composer"
import { Examples } from "@/features/conversations/start/examples"
import { RecentModels } from "@/features/conversations/start/recent-models"

/** An empty conversation: what can be done here, and the box to do it. */
export function StartPage() {
  const { t } = useLingui()
  return (
    <>
      <PageHeader title={t`New conversation`} />
      <main
        data-pane="main"
        tabIndex={-1}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto px-4 pt-8 pb-[10dvh] outline-none"
      >
        <div className="my-auto flex flex-col gap-4">
          <p className="tight mx-auto w-full max-w-(--composer) px-3 text-lead font-medium">
            {t`Ask one model, or up to four side by side.`}
          </p>
          <Composer conversation={null} />
          <div className="mx-auto flex w-full max-w-(--composer) flex-col gap-3 px-3">
            <RecentModels />
            <Examples />
          </div>
        </div>
      </main>
    </>
  )
}
