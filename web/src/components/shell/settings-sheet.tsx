import { useLingui } from "@lingui/react/macro"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { Select } from "@/components/ui/select"
import { changeLocale, LANGUAGE_NAMES } from "@/i18n/i18n"
import { LOCALES, oneOf, setPreferences, usePreference } from "@/lib/preferences"

interface SettingsSheetProps {
  isOpen: boolean
  /** Ends the session; without it there is none to end. */
  onSignOut: (() => void) | null
  onClose: () => void
}

interface RowProps {
  label: string
  hint?: string
  children: React.ReactNode
}

function Row({ label, hint, children }: RowProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <span className="flex min-w-0 flex-1 basis-32 flex-col">
        <span className="text-ui font-medium">{label}</span>
        {hint ? <span className="text-caption text-text-2">{hint}</span> : null}
      </span>
      {children}
    </div>
  )
}

/** What a person can choose for this browser. */
export function SettingsSheet({ isOpen, onSignOut, onClose }: SettingsSheetProps) {
  const { t, i18n } = useLingui()
  const theme = usePreference("theme")
  const density = usePreference("density")
  const letterKeys = usePreference("letterKeys")
  return (
    <Dialog title={t`Settings`} isOpen={isOpen} onClose={onClose}>
      <div className="flex flex-col gap-5">
        <Row label={t`Theme`}>
          <Select
            label={t`Theme`}
            value={theme}
            onChange={(value) => setPreferences({ theme: value })}
            options={[
              { value: "system", label: t`Same as the device` },
              { value: "light", label: t`Light` },
              { value: "dark", label: t`Dark` },
            ]}
          />
        </Row>
        <Row label={t`Density`}>
          <Select
            label={t`Density`}
            value={density}
            onChange={(value) => setPreferences({ density: value })}
            options={[
              { value: "comfortable", label: t`Comfortable` },
              { value: "compact", label: t`Compact` },
              { value: "spacious", label: t`Spacious` },
            ]}
          />
        </Row>
        <Row label={t`Language`}>
          <Select
            label={t`Language`}
            value={oneOf(LOCALES, i18n.locale) ?? "en"}
            onChange={(value) => void changeLocale(value)}
            options={LOCALES.map((locale) => ({ value: locale, label: LANGUAGE_NAMES[locale] }))}
          />
        </Row>
        <Row label={t`Single-letter shortcuts`} hint={t`G then a letter, and ?. They never act in text fields.`}>
          <input
            type="checkbox"
            aria-label={t`Single-letter shortcuts`}
            checked={letterKeys}
            onChange={(event) => setPreferences({ letterKeys: event.target.checked })}
            className="size-5 accent-accent-solid"
          />
        </Row>
        {onSignOut === null ? null : (
          <Row label={t`This browser is signed in`} hint={t`Signing out holds for all its tabs.`}>
            <Button look="outline" onClick={onSignOut}>
              {t`Sign out`}
            </Button>
          </Row>
        )}
      </div>
    </Dialog>
  )
}
