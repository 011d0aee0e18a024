import { useLingui } from "@lingui/react/macro"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"

interface BrokenPartProps {
  onAgain: () => void
}

/** What stands where a part of the inspector broke. */
export function BrokenPart({ onAgain }: BrokenPartProps) {
  const { t } = useLingui()
  return (
    <div className="p-4">
      <Notice
        tone="danger"
        action={
          <Button look="outline" onClick={onAgain}>
            {t`Try again`}
          </Button>
        }
      >
        {t`This panel could not be shown.`}
      </Notice>
    </div>
  )
}
