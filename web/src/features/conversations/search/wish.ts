import { oneOf } from "@/lib/preferences"

/** What is looked for, as the address keeps it. */
export interface Wish {
  readonly q?: string
  readonly folder?: string
  readonly tag?: string
  readonly model?: string
  readonly author?: string
  readonly role?: Role
  /** Days, like 2026-03-01; both count. */
  readonly since?: string
  readonly until?: string
  readonly files?: true
}

export const ROLES = ["user", "assistant", "system", "tool"] as const
export type Role = (typeof ROLES)[number]

const TEXTS = ["q", "folder", "tag", "model", "author"] as const
const DAY = /^\d{4}-\d\d-\d\d$/

/** Read an address; what makes no sense is as if it was not there. */
export function wishIn(raw: Readonly<Record<string, string>>): Wish {
  const texts = TEXTS.flatMap((name) => {
    const text = raw[name]
    return text ? [[name, text]] : []
  })
  const days = ["since", "until"].flatMap((name) => {
    const value = raw[name]
    return value !== undefined && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? [[name, value]] : []
  })
  const role = oneOf(ROLES, raw["role"])
  return {
    ...Object.fromEntries([...texts, ...days]),
    ...(role ? { role } : {}),
    ...(raw["files"] === "true" ? { files: true } : {}),
  }
}

/** A wish with one thing in it changed; empty is not there. */
export function withPart<Name extends keyof Wish>(wish: Wish, name: Name, value: Wish[Name] | "" | undefined): Wish {
  const { [name]: _, ...rest } = wish
  return value === "" || value === undefined ? rest : { ...rest, [name]: value }
}
