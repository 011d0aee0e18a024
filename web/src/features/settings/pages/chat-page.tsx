import { useLingui } from "@lingui/react/macro"
import { ChoiceSetting } from "@/features/settings/choice-setting"
import { setPreferences, usePreference } from "@/lib/preferences"
import { isAppleDevice } from "@/lib/shortcuts"

/** How one writes in this browser. */
export function ChatPage() {
  const { t } = useLingui()
  const enterSends = usePreference("enterSends")
  const withModifier = isAppleDevice() ? t`⌘ Enter` : t`Ctrl Enter`
  return (
    <div className="flex flex-col gap-5">
      <ChoiceSetting
        label={t`Send a message with`}
        hint={enterSends ? t`Shift and Enter begin a new line.` : t`Enter begins a new line.`}
        value={enterSends ? "enter" : "modifier"}
        onChange={(value) => setPreferences({ enterSends: value === "enter" })}
        options={[
          { value: "enter", label: t`Enter` },
          { value: "modifier", label: withModifier },
        ]}
      />
    </div>
  )
}
