import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { cancelImport, type Import, importQuery, uploadImport } from "@/features/conversations/exchange/api/imports"

/** One file on its way in: tried first, then taken in; either can be stopped. */
export function useImport() {
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [sentPart, setSentPart] = useState(0)
  const [stopper, setStopper] = useState<AbortController | null>(null)
  const upload = useMutation({
    mutationFn: ({ chosen, isDry }: { chosen: File; isDry: boolean }) => {
      const stopping = new AbortController()
      setStopper(stopping)
      setSentPart(0)
      return uploadImport(chosen, { isDry, onSent: setSentPart, signal: stopping.signal })
    },
  })
  const id = upload.data?.id ?? ""
  const { data: now = upload.data } = useQuery({ ...importQuery(id), enabled: id !== "" })
  const shown: Import | undefined = upload.isPending ? undefined : now
  const wasStopped = upload.error instanceof DOMException
  return {
    file,
    now: shown,
    sentPart: upload.isPending ? sentPart : null,
    problem: wasStopped ? null : upload.error,
    /** Read a file and say what would come of it; nothing is written. */
    tryOut(chosen: File) {
      setFile(chosen)
      upload.mutate({ chosen, isDry: true })
    },
    takeIn() {
      if (file !== null) upload.mutate({ chosen: file, isDry: false })
    },
    stop() {
      if (upload.isPending) stopper?.abort()
      else if (id !== "") void cancelImport(id).then(() => queries.invalidateQueries({ queryKey: ["imports", id] }))
    },
    forget() {
      setFile(null)
      upload.reset()
    },
  }
}
