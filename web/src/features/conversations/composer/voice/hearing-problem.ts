import { t } from "@lingui/core/macro"

/** Why nothing is heard and what to do about it, by the browser's own name for it. */
export function hearingProblem(code: string): Error {
  return new Error(sentenceOf(code))
}

function sentenceOf(code: string): string {
  switch (code) {
    case "not-allowed":
    case "NotAllowedError":
    case "SecurityError":
      return t`The browser may not listen. Allow this page the microphone in the browser's settings, then try again.`
    case "audio-capture":
    case "NotFoundError":
    case "NotReadableError":
    case "AbortError":
      return t`No microphone can be heard. Connect one, or end the program that uses it, then try again.`
    case "network":
      return t`The browser's service for speech cannot be reached. Try again, or add a model that writes down speech.`
    case "language-not-supported":
      return t`The browser does not write down this language. Add a model that writes down speech.`
    default:
      return t`Nothing here writes down speech. Add a model that does, or use another browser.`
  }
}
