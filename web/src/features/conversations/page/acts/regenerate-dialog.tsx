import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { QueryView } from "@/components/ui/query-view"
import { SearchField } from "@/components/ui/search-field"
import { SkeletonRows } from "@/components/ui/skeleton"
import { ModelBoxes } from "@/features/conversations/page/acts/model-boxes"
import { modelsQuery } from "@/features/house/api/queries"

interface RegenerateDialogProps {
  onChoose: (models: readonly string[]) => void
  onClose: () => void
}

/** As many as the server lets answer one message. */
const MOST_MODELS = 8

/** Who is to answer again: one model or several. */
export function RegenerateDialog({ onChoose, onClose }: RegenerateDialogProps) {
  const { t } = useLingui()
  const known = useQuery(modelsQuery())
  const [words, setWords] = useState("")
  const [chosen, setChosen] = useState<readonly string[]>([])
  const isFull = chosen.length === MOST_MODELS
  const toggle = (name: string): void => {
    setChosen(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name])
  }
  const answer = (): void => {
    onChoose(chosen)
    onClose()
  }
  return (
    <Dialog
      title={t`Who is to answer again?`}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button look="solid" disabled={chosen.length === 0} onClick={answer}>
            {t`Regenerate`}
          </Button>
          <p role="status" className="text-ui text-text-2">
            {isFull ? t`No more than ${MOST_MODELS} models answer at once.` : null}
          </p>
        </>
      }
    >
      <SearchField label={t`Search the models`} value={words} onSearch={setWords} />
      <QueryView query={known} loading={<SkeletonRows rows={5} label={t`Loading the models`} />}>
        {(models) => <ModelBoxes models={models} search={words} chosen={chosen} isFull={isFull} onToggle={toggle} />}
      </QueryView>
    </Dialog>
  )
}
