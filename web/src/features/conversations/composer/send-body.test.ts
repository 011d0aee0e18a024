import { expect, test } from "vitest"
import { isSomething, saidBody } from "@/features/conversations/composer/send-body"

const picture = { fileId: "file-~1", name: "plan.png", mediaType: "image/png", sizeBytes: 9 }
const paper = { fileId: "file-~2", name: "plan.pdf", mediaType: "application/pdf", sizeBytes: 9 }

test("words alone are text, and one model is the model", () => {
  expect(saidBody({ text: " Why? ", attachments: [] }, ["demo"])).toEqual({ text: "Why?", model: "demo" })
  expect(saidBody({ text: "Why?", attachments: [] }, [])).toEqual({ text: "Why?" })
})

test("files are parts of their kind, after the words", () => {
  expect(saidBody({ text: "", attachments: [picture, paper] }, ["a", "b"])).toEqual({
    parts: [
      { kind: "image", file_id: "file-~1", name: "plan.png", media_type: "image/png" },
      { kind: "file", file_id: "file-~2", name: "plan.pdf", media_type: "application/pdf" },
    ],
    models: ["a", "b"],
  })
})

test("spaces are nothing to send", () => {
  expect(isSomething({ text: " \n", attachments: [] })).toBe(false)
  expect(isSomething({ text: "", attachments: [picture] })).toBe(true)
})
