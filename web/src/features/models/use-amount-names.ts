import { useLingui } from "@lingui/react/macro"
import type { Amount } from "@/features/models/price-form"

/** What the amounts of a price are called. */
export function useAmountNames(): Readonly<Record<Amount, string>> {
  const { t } = useLingui()
  return {
    input: t`In`,
    output: t`Out`,
    cached: t`Read from a cache`,
    cache_write: t`Written to a cache`,
    cache_write_1h: t`Written for an hour`,
    reasoning: t`Thoughts`,
    audio_input: t`Sound in`,
    audio_cached: t`Sound from a cache`,
    audio_output: t`Sound out`,
    image_input: t`Pictures in`,
    image_cached: t`Pictures from a cache`,
    image_output: t`Pictures out`,
    request: t`One request`,
    image: t`One picture made`,
    megapixel: t`A megapixel made`,
    characters: t`A million characters`,
    minute: t`A minute listened to`,
    search: t`One search`,
  }
}
