import { useQueryClient } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { beginTemporary } from "@/features/conversations/list/temporary"

/** Begin a temporary conversation and go there. */
export function useBeginTemporary(): () => Promise<void> {
  const queries = useQueryClient()
  const navigate = useNavigate()
  return async () => {
    const id = await beginTemporary()
    if (id === null) return
    void queries.invalidateQueries({ queryKey: ["sidebar"] })
    await navigate({ to: "/c/$id", params: { id } })
  }
}
