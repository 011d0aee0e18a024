import { expect, test } from "vitest"
import { addressOf, destinationOf, isDeceptive, isOwnImage } from "./addresses.ts"

const BASE = "https://salon.example/app/"
const kinds = (all: readonly string[]): string[] => all.map((one) => destinationOf(one, BASE).kind)
const is = (text: string, href: string): boolean => isDeceptive(text, href, new URL(href).host)

test("only addresses of the web, of mail, of telephones and of our own may be followed", () => {
  expect(kinds(["https://a.b", "HTTP://a.b", "mailto:a@b.c", "tel:+1", "/x", "x/y?z", "#f", "https://salon.example/x"])).toEqual([
    "outside", "outside", "contact", "contact", "own", "own", "own", "own",
  ])
  const refused = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "java\nscript:x", "java\tscript:x", "\u0001javascript:x",
    "java\u200bscript:x", "data:text/html,x", "data:image/png;base64,AA", "vbscript:x", "file:///etc/passwd", "blob:https://a.b/c",
    "//evil.example", "\\\\evil.example", "/\\evil.example", "\t//evil.example", "https://", "\ud800",
  ]
  expect(refused.filter((one) => destinationOf(one, BASE).kind !== "refused")).toEqual([])
})

test("an address is written so that it can stand in a link, once", () => {
  expect([addressOf("/a b%20ä"), addressOf("https://a.b/?q=[x]\"'")]).toEqual(["/a%20b%20%C3%A4", "https://a.b/?q=%5Bx%5D%22'"])
})

test("a text that names another host than it leads to is found out", () => {
  expect([
    is("https://good.example", "https://evil.example"),
    is("good.example/path", "https://evil.example"),
    is("Log in at good.example now", "https://evil.example"),
    is("x", "https://good.example@evil.example"),
    is("x", "https://xn--80ak6aa92e.com"),
    is("go\u200bod", "https://evil.example"),
  ]).toEqual([true, true, true, true, true, true])
  expect([is("the docs", "https://a.example"), is("a.example", "https://www.a.example/x"), is("e.g. this", "https://a.example"), is("https://a.example/b", "https://a.example/b")]).toEqual([
    false, false, false, false,
  ])
})

test("an image of our own is fetched unless its address could do something", () => {
  const shown = ["x.png", "/app/icon.svg", "salon/v1/files/fil_1/content", "/app/salon/v1/files/fil_1/image?size=256"]
  expect(shown.filter((one) => !isOwnImage(one, BASE))).toEqual([])
  const not = [
    "signin/abc", "/app/signin/abc", "x/../signin/abc", "%73ignin/abc", "./signin/abc", "x/..//signin/abc", "SignIn/abc", "s/abc",
    "salon/v1/status", "salon/v1/files", "salon/v1/files/fil_1/../../keys", "salon/v1/files/fil_1/text", "v1/models", "api/tags",
    "/signin/abc", "/other/logout", "../x.png", "%", "%zz/x.png",
  ]
  expect(not.filter((one) => isOwnImage(one, BASE))).toEqual([])
})
