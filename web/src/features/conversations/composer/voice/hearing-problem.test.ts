import { i18n } from "@lingui/core"
import { beforeAll, expect, test } from "vitest"
import { hearingProblem } from "@/features/conversations/composer/voice/hearing-problem"

beforeAll(() => i18n.loadAndActivate({ locale: "en", messages: {} }))

const CODES = ["not-allowed", "NotAllowedError", "audio-capture", "NotFoundError", "network", "language-not-supported", "bad-grammar", ""]

test.each(CODES)("what the browser calls “%s” is told as sentences with a next step", (code) => {
  const { message } = hearingProblem(code)
  expect(message).toMatch(/^\p{Lu}[^.]+\. (?:Allow|Connect|Try|Add) [^.]+\.$/u)
})
