import { acts } from "@/features/conversations/api/acts"
import { done } from "@/features/conversations/list/act"

/** Begin a conversation that is in the memory of the server alone; its id, or null where that was refused. */
export async function beginTemporary(): Promise<string | null> {
  const made = await done(acts.begin({ is_temporary: true }))
  const id: unknown = made instanceof Object ? Reflect.get(made, "id") : null
  return typeof id === "string" ? id : null
}
