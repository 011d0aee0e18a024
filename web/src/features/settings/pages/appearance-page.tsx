import { useLingui } from "@lingui/react/macro"
import { ChoiceSetting } from "@/features/settings/choice-setting"
import { SwitchRow } from "@/features/settings/switch-row"
import { changeLocale, LANGUAGE_NAMES } from "@/i18n/i18n"
import { LOCALES, oneOf, setPreferences, usePreference } from "@/lib/preferences"

/** How the app looks in this browser. */
export function AppearancePage() {
  const { t, i18n } = useLingui()
  const theme = usePreference("theme")
  const density = usePreference("density")
  const contrast = usePreference("contrast")
  const motion = usePreference("motion")
  const chatLayout = usePreference("layout")
  const readingWidth = usePreference("readingWidth")
  return (
    <div className="flex flex-col gap-5">
      <ChoiceSetting
        label={t`Theme`}
        value={theme}
        onChange={(value) => setPreferences({ theme: value })}
        options={[
          { value: "system", label: t`Same as the device` },
          { value: "light", label: t`Light` },
          { value: "dark", label: t`Dark` },
        ]}
      />
      <SwitchRow
        label={t`More contrast`}
        hint={t`Always, not only where the device asks for it.`}
        isOn={contrast === "more"}
        onChange={(isOn) => setPreferences({ contrast: isOn ? "more" : "system" })}
      />
      <ChoiceSetting
        label={t`Density`}
        value={density}
        onChange={(value) => setPreferences({ density: value })}
        options={[
          { value: "comfortable", label: t`Comfortable` },
          { value: "compact", label: t`Compact` },
          { value: "spacious", label: t`Spacious` },
        ]}
      />
      <ChoiceSetting
        label={t`Chat layout`}
        hint={t`All messages in one column, or your own at the other edge.`}
        value={chatLayout}
        onChange={(value) => setPreferences({ layout: value })}
        options={[
          { value: "column", label: t`One column` },
          { value: "sides", label: t`Two sides` },
        ]}
      />
      <ChoiceSetting
        label={t`Reading width`}
        value={readingWidth}
        onChange={(value) => setPreferences({ readingWidth: value })}
        options={[
          { value: "regular", label: t`Regular` },
          { value: "wide", label: t`Wide` },
        ]}
      />
      <ChoiceSetting
        label={t`Language`}
        value={oneOf(LOCALES, i18n.locale) ?? "en"}
        onChange={(value) => void changeLocale(value)}
        options={LOCALES.map((locale) => ({ value: locale, label: LANGUAGE_NAMES[locale] }))}
      />
      <SwitchRow
        label={t`Less movement`}
        hint={t`Always, not only where the device asks for it.`}
        isOn={motion === "reduced"}
        onChange={(isOn) => setPreferences({ motion: isOn ? "reduced" : "system" })}
      />
    </div>
  )
}
