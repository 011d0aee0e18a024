import { useLingui } from "@lingui/react/macro"
import type { StoredFile } from "@/api/types"
import { usePurposeNames } from "@/features/files/use-purpose-names"
import { formatMinute, formatSize } from "@/lib/format"

interface FileFaceProps {
  file: StoredFile
  now: number
}

/** A file on a row: when it came, its name and kind, and how large it is. */
export function FileFace({ file, now }: FileFaceProps) {
  const { i18n } = useLingui()
  const nameOf = usePurposeNames()
  return (
    <>
      <span className="tabular w-20 shrink-0 text-text-2">{formatMinute(file.created_at_ms, now, i18n.locale)}</span>
      <span className="flex min-w-0 flex-1 flex-col">
        <span title={file.name} className="truncate font-medium">
          <bdi>{file.name}</bdi>
        </span>
        <span className="truncate text-caption text-text-2">
          <bdi>{file.media_type}</bdi> · {nameOf(file.purpose)}
        </span>
      </span>
      <span className="tabular w-20 shrink-0 text-end text-text-2">{formatSize(file.size_bytes, i18n.locale)}</span>
    </>
  )
}
