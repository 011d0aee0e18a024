import { expect, test } from "vitest"
import { chooseOn, type ChoiceStep, NO_CHOICE } from "@/features/conversations/list/use-choice"

const rows = ["a", "b", "c", "d", "e", "f"]
const one = (id: string): ChoiceStep => ({ kind: "one", id })
const to = (id: string): ChoiceStep => ({ kind: "to", id, rows })
const after = (...steps: readonly ChoiceStep[]): string => [...steps.reduce(chooseOn, NO_CHOICE).chosen].toSorted().join("")

test("a range goes from what was chosen last, either way, and shrinks again", () => {
  expect(after(one("b"), to("e"))).toBe("bcde")
  expect(after(one("b"), to("e"), to("c"))).toBe("bc")
  expect(after(one("c"), to("e"), to("a"))).toBe("abc")
})

test("what was chosen beside a range stays", () => {
  expect(after(one("a"), one("d"), to("f"), to("e"))).toBe("ade")
})

test("where nothing is chosen a range begins with itself, also after everything was let go", () => {
  expect(after(to("c"))).toBe("c")
  expect(after(one("a"), { kind: "none" }, to("c"), to("d"))).toBe("cd")
  expect(after(one("a"), one("a"), to("d"))).toBe("d")
})

test("a row that is gone is no end of a range", () => {
  expect(after(one("x"), to("c"))).toBe("c")
})
