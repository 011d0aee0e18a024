import { expect, test } from "vitest"
import { estimateTokens } from "@/features/conversations/composer/tokens"

test("tokens are estimated by script", () => {
  expect(estimateTokens("")).toBe(0)
  expect(estimateTokens("four signs a token, about")).toBe(7)
  expect(estimateTokens("漢字")).toBe(2)
  expect(estimateTokens("привет")).toBe(3)
})
