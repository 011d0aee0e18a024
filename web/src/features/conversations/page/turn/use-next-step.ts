import { useLingui } from "@lingui/react/macro"

/** What one can do about an error, by its code. */
export function useNextStep(code: string): string {
  const { t } = useLingui()
  switch (code) {
    case "upstream_auth":
      return t`Check the provider's key in the settings.`
    case "upstream_quota":
      return t`Add credit at the provider, or choose another model.`
    case "budget_exceeded":
      return t`Raise the budget, or wait until it begins anew.`
    case "context_too_long":
    case "upstream_context_too_long":
    case "turn_too_long":
      return t`Say it shorter, unpin something, or choose a model that reads more.`
    case "turn_limit":
      return t`Raise the limit of this conversation, or continue.`
    case "unknown_model":
    case "wrong_model":
    case "model_unavailable":
    case "upstream_model_missing":
      return t`Choose another model.`
    case "unsupported":
    case "upstream_refused":
    case "invalid_request":
    case "answer_too_large":
      return t`Change what was said, or choose another model.`
    case "upstream_content_filtered":
      return t`Say it in other words.`
    case "not_allowed":
    case "upstream_forbidden":
    case "unpriced":
      return t`Ask who runs this Salon.`
    case "upstream_unreachable":
      return t`Check that the provider is running and can be reached.`
    case "not_signed_in":
      return t`Sign in again.`
    default:
      return t`Try again.`
  }
}
