import { expect, test } from "vitest"
import { downloadName, readCodeInfo } from "./code-info.ts"

test("the line behind a fence says a language, a file, or both", () => {
  expect(readCodeInfo("Python")).toEqual({ language: "python", fileName: null })
  expect(readCodeInfo('ts title="src/a b.ts" {1,3}')).toEqual({ language: "ts", fileName: "src/a b.ts" })
  expect(readCodeInfo("src/main.rs")).toEqual({ language: "rs", fileName: "src/main.rs" })
  expect(readCodeInfo("python:app/x.py")).toEqual({ language: "python", fileName: "app/x.py" })
  expect(readCodeInfo("{.haskell}")).toEqual({ language: "haskell", fileName: null })
  expect(readCodeInfo("filename=a.json")).toEqual({ language: "json", fileName: "a.json" })
  expect(readCodeInfo("")).toEqual({ language: "", fileName: null })
})

const name = (info: string): string => downloadName(readCodeInfo(info))

test("a download has the name of the file, without its folders, or one that fits", () => {
  expect([name("python"), name("go"), name(""), name("../../etc/passwd.x"), name('ts title="a<b>.ts"'), name("weird language!")]).toEqual([
    "code.py", "code.go", "code.txt", "passwd.x", "a_b_.ts", "code.weird",
  ])
})
