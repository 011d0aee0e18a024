import { useLingui } from "@lingui/react/macro"

/** What the kinds of requests are called; one that nobody named here goes by its own name. */
export function useOperationNames(): (operation: string) => string {
  const { t } = useLingui()
  const names: Readonly<Record<string, string>> = {
    chat: t`chat`,
    count: t`count of tokens`,
    embeddings: t`embeddings`,
    rerank: t`ranking`,
    moderations: t`moderation`,
    speech: t`speech`,
    transcriptions: t`transcription`,
    translations: t`translation`,
    images: t`pictures`,
    "image-edits": t`edits of pictures`,
    "image-variations": t`variations of pictures`,
    realtime: t`realtime`,
  }
  return (operation) => names[operation] ?? operation
}
