import { useLingui } from "@lingui/react/macro"
import type { Model } from "@/api/types"
import { Gap } from "@/components/ui/gap"
import { WindowedRows } from "@/components/ui/windowed-rows"
import { ModelRow } from "@/features/home/model-row"
import type { Voice } from "@/lib/voices"

interface ModelTableProps {
  models: readonly Model[]
  voices: ReadonlyMap<string, Voice>
  chosen: string
  onChoose: (model: string) => void
}

const ROW_PX = 33

function isNamed(model: Model, name: string): boolean {
  return model.id === name || model.aliases.includes(name)
}

/** A table of models, one tab stop; only the rows near what is seen are drawn once they are many. */
export function ModelTable({ models, voices, chosen, onChoose }: ModelTableProps) {
  const { t } = useLingui()
  return (
    <table aria-rowcount={models.length + 1} className="-mx-2 w-[calc(100%+--spacing(4))] table-fixed text-ui">
      <thead>
        <tr className="border-b border-border text-text-2">
          <th scope="col" className="py-2 ps-2 text-start font-medium">{t`Model`}</th>
          <th scope="col" className="w-20 py-2 text-end font-medium max-sm:pe-2">{t`Context`}</th>
          <th scope="col" className="hidden w-36 py-2 text-end font-medium sm:table-cell">{t`Price per million`}</th>
          <th scope="col" className="hidden w-56 py-2 ps-4 pe-2 text-start font-medium sm:table-cell">{t`Abilities`}</th>
        </tr>
      </thead>
      <WindowedRows count={models.length} height={ROW_PX} keyOf={(position) => models[position]?.id ?? String(position)}>
        {({ rows, before, after, measure, hold }) => {
          const drawn = rows.flatMap((position) => {
            const model = models[position]
            return model ? [{ position, model }] : []
          })
          const stop = drawn.find(({ model }) => isNamed(model, chosen)) ?? drawn[0]
          return (
            <tbody ref={hold}>
              <Gap as="tr" height={before} />
              {drawn.map(({ position, model }) => (
                <ModelRow
                  key={model.id}
                  ref={measure}
                  position={position}
                  model={model}
                  voice={voices.get(model.provider) ?? 6}
                  isChosen={isNamed(model, chosen)}
                  isStop={model === stop?.model}
                  onChoose={onChoose}
                />
              ))}
              <Gap as="tr" height={after} />
            </tbody>
          )
        }}
      </WindowedRows>
    </table>
  )
}
