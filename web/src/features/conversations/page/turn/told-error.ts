import type { ToldError } from "@/live/entries"

export function isTold(value: unknown): value is ToldError {
  return value instanceof Object && typeof Reflect.get(value, "code") === "string" && typeof Reflect.get(value, "message") === "string"
}
