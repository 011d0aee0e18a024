import { useQueryClient } from "@tanstack/react-query"
import { beginTemporary } from "@/features/conversations/list/temporary"
import { navigate } from "@/router"

/** Begin a temporary conversation and go there. */
export function useBeginTemporary(): () => Promise<void> {
  const queries = useQueryClient()
  return async () => {
    const id = await beginTemporary()
    if (id === null) return
    void queries.invalidateQueries({ queryKey: ["sidebar"] })
    navigate({ to: "/c/$id", params: { id } })
  }
}
