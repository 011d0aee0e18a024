import { useLingui } from "@lingui/react/macro"

/** What files are kept for, in words; a purpose that nobody named here goes by its own name. */
export function usePurposeNames(): (purpose: string) => string {
  const { t } = useLingui()
  const names: Readonly<Record<string, string>> = {
    "": t`for any request`,
    user_data: t`for any request`,
    vision: t`for models to see`,
    batch: t`lines of a batch`,
    batch_output: t`answers of a batch`,
    assistants: t`for assistants`,
    "fine-tune": t`for training`,
    evals: t`for evaluations`,
  }
  return (purpose) => names[purpose] ?? purpose
}
