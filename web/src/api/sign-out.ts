import { mutationOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { refused } from "@/api/problem"

/** End this browser's session, in all its tabs. */
export function signOut() {
  return mutationOptions({
    mutationKey: ["sign-out"],
    mutationFn: async () => {
      const { response } = await api.POST("/salon/v1/sign-out")
      if (!response.ok) throw refused(response.status)
    },
  })
}
