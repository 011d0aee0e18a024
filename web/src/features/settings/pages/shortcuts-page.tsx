import { useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { Keys } from "@/features/settings/keys-view"
import { LetterField } from "@/features/settings/letter-field"
import { listedKeys } from "@/features/settings/listed-keys"
import { SwitchRow } from "@/features/settings/switch-row"
import { setPreferences, usePreference } from "@/lib/preferences"
import { isLetters } from "@/lib/shortcuts"
import { useTitle } from "@/registry"
import { keysOf } from "@/registry/keys"

/** All shortcuts; those of single letters can be switched off, and each be another. */
export function ShortcutsPage() {
  const { t } = useLingui()
  const titleOf = useTitle()
  const letterKeys = usePreference("letterKeys")
  const ownKeys = usePreference("ownKeys")
  // Read once: what is on the page behind changes nothing here while one looks.
  const [actions] = useState(listedKeys)
  return (
    <div className="flex flex-col gap-6">
      <SwitchRow
        label={t`Single-letter shortcuts`}
        hint={t`They never act in text fields.`}
        isOn={letterKeys}
        onChange={(isOn) => setPreferences({ letterKeys: isOn })}
      />
      <dl className="flex flex-col gap-1">
        {actions.map((action) => {
          const letters = (action.keys ?? []).find(isLetters)
          const title = titleOf(action.title)
          return (
            <div key={action.id} className="flex min-h-(--row) items-center justify-between gap-4">
              <dt className="text-ui">{title}</dt>
              <dd className="flex items-center gap-3">
                {(letters === undefined ? keysOf(action) : (action.keys ?? []).filter((keys) => !isLetters(keys))).map(
                  (keys) => (
                    <Keys key={keys} keys={keys} />
                  ),
                )}
                {letters === undefined ? null : (
                  <LetterField
                    label={title}
                    keys={ownKeys[action.id] ?? letters}
                    onKeys={(keys) => setPreferences({ ownKeys: { ...ownKeys, [action.id]: keys } })}
                  />
                )}
              </dd>
            </div>
          )
        })}
      </dl>
      {Object.keys(ownKeys).length > 0 ? (
        <div>
          <Button look="outline" onClick={() => setPreferences({ ownKeys: {} })}>
            {t`Use the usual keys`}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
