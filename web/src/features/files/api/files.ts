import { infiniteQueryOptions, mutationOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"

const PAGE_ROWS = 1000
const FIRST_PAGE: string | null = null

/** The stored files, newest first, with what all of them take. */
export function filesQuery() {
  return infiniteQueryOptions({
    queryKey: ["files"],
    queryFn: ({ signal, pageParam }) => {
      const query = { limit: PAGE_ROWS, cursor: pageParam }
      return take(api.GET("/salon/v1/files", { signal, params: { query } }))
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (page) => page.next,
  })
}

export function deleteFile(fileId: string) {
  const params = { path: { file_id: fileId } }
  return mutationOptions({
    mutationKey: ["delete-file", fileId],
    mutationFn: () => take(api.DELETE("/salon/v1/files/{file_id}", { params })),
  })
}
