import { expect, test } from "vitest"
import { Speakers } from "@/features/conversations/page/speakers"

const me = { kind: "person", id: "usr_1", display_name: "Mira" } as const

test("what is on its way has the colour that it keeps, also where nobody has spoken yet", () => {
  const speakers = new Speakers()
  const before = speakers.self("You").voice
  expect(before).toBe(speakers.of(me).voice)
  expect(speakers.self("You")).toBe(speakers.of(me))
})

test("the colours do not depend on who was seen first", () => {
  const models = ["openai/gpt-5", "demo", "a/b", "c/d", "e/f", "g/h", "i/j"].map((name) => ({ kind: "model", name }) as const)
  for (const model of models) {
    const [one, other] = [new Speakers(), new Speakers()]
    expect([one.of(me).voice, one.of(model).voice]).toEqual([other.of(model), other.of(me)].map(({ voice }) => voice).toReversed())
  }
})

test("a second person has a colour of their own", () => {
  const speakers = new Speakers()
  expect(speakers.of({ kind: "person", display_name: "Jonas" }).voice).not.toBe(speakers.of(me).voice)
  expect(speakers.of(me)).toBe(speakers.of(me))
})
