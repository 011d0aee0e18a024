import { expect, test } from "vitest"
import { triggerAt, withoutTrigger } from "@/features/conversations/composer/trigger"

test("an @ names a model at a beginning or after a space, and nowhere else", () => {
  expect(triggerAt("@gpt", 4)).toEqual({ sign: "@", words: "gpt", start: 0, end: 4 })
  expect(triggerAt("ask @", 5)).toEqual({ sign: "@", words: "", start: 4, end: 5 })
  expect(triggerAt("mira@example.org", 16)).toBeNull()
  expect(triggerAt("@gpt please", 11)).toBeNull()
})

test("a / opens prompts only as the first sign", () => {
  expect(triggerAt("/sum", 4)).toEqual({ sign: "/", words: "sum", start: 0, end: 4 })
  expect(triggerAt("look in /etc", 12)).toBeNull()
  expect(triggerAt("/etc/hosts", 10)).toBeNull()
  expect(triggerAt("/two words", 10)?.words).toBe("two words")
})

test("what opened the list goes, and the rest stays", () => {
  const trigger = triggerAt("@gpt", 4)
  expect(trigger && withoutTrigger("@gpt why?", trigger)).toBe("why?")
  const inside = triggerAt("so @gp", 6)
  expect(inside && withoutTrigger("so @gp why?", inside)).toBe("so why?")
})
