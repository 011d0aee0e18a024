import { useLingui } from "@lingui/react/macro"

/** What the abilities of models are called. */
export function useAbilityNames(): Readonly<Record<string, string>> {
  const { t } = useLingui()
  return {
    streaming: t`streams`,
    tools: t`tools`,
    vision: t`images`,
    images: t`images`,
    reasoning: t`reasoning`,
    thinking: t`reasoning`,
    json: t`JSON`,
    "structured-output": t`JSON`,
    structured: t`JSON`,
    files: t`files`,
    audio: t`audio`,
  }
}
