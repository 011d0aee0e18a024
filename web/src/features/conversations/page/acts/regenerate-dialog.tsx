import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { SearchField } from "@/components/ui/search-field"
import { modelsQuery } from "@/features/house/api/queries"
import { matchModels } from "@/features/house/match-models"

interface RegenerateDialogProps {
  onChoose: (models: readonly string[]) => void
  onClose: () => void
}

const MOST_MODELS = 8
const MOST_SHOWN = 100

/** Who is to answer again: one model or several. */
export function RegenerateDialog({ onChoose, onClose }: RegenerateDialogProps) {
  const { t } = useLingui()
  const { data } = useQuery(modelsQuery())
  const [words, setWords] = useState("")
  const [chosen, setChosen] = useState<readonly string[]>([])
  const found = matchModels(data ?? [], words).slice(0, MOST_SHOWN)
  const toggle = (name: string): void => {
    setChosen(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name].slice(-MOST_MODELS))
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
        <Button look="solid" disabled={chosen.length === 0} onClick={answer}>
          {t`Regenerate`}
        </Button>
      }
    >
      <SearchField label={t`Search the models`} value={words} onSearch={setWords} />
      <ul className="mt-3 flex flex-col">
        {found.map(({ id }) => (
          <li key={id}>
            <label className="flex min-h-(--row) cursor-pointer items-center gap-3 rounded-2 px-2 text-ui hover:bg-hover">
              <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} className="size-4 accent-accent-solid" />
              <bdi className="min-w-0 truncate">{id}</bdi>
            </label>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
