import { Trans, useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import type { StoredFile } from "@/api/types"
import { Button } from "@/components/ui/button"
import { CopyButton } from "@/components/ui/copy-button"
import { DownloadLink } from "@/components/ui/download-link"
import { Fact } from "@/components/ui/fact"
import { Group } from "@/components/ui/group"
import { PanelHead } from "@/components/ui/panel-head"
import { TypedConfirm } from "@/components/ui/typed-confirm"
import { deleteFile, filesQuery } from "@/features/files/api/files"
import { usePurposeNames } from "@/features/files/use-purpose-names"
import { formatMinute, formatSize } from "@/lib/format"
import { useNow } from "@/lib/use-now"

interface FilePanelProps {
  file: StoredFile
  onClose: () => void
}

/** One file: what it is, saving it, and deleting it. */
export function FilePanel({ file, onClose }: FilePanelProps) {
  const { t, i18n } = useLingui()
  const now = useNow()
  const nameOf = usePurposeNames()
  const client = useQueryClient()
  const [isAsking, setIsAsking] = useState(false)
  const remove = useMutation({
    ...deleteFile(file.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: filesQuery().queryKey })
      onClose()
    },
  })
  const locale = i18n.locale
  return (
    <>
      <PanelHead title={file.name} onClose={onClose} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Group title={t`What it is`}>
          <dl>
            <Fact label={t`Kind`}>
              <bdi>{file.media_type}</bdi>
            </Fact>
            <Fact label={t`Size`}>{formatSize(file.size_bytes, locale)}</Fact>
            <Fact label={t`Kept`}>{nameOf(file.purpose)}</Fact>
            <Fact label={t`Stored`}>{formatMinute(file.created_at_ms, now, locale)}</Fact>
            <Fact label={t`Expires`}>
              {file.expires_at_ms === null ? t`never` : formatMinute(file.expires_at_ms, now, locale)}
            </Fact>
            <Fact label={t`Id`}>
              <span dir="ltr" className="inline-flex items-center gap-1">
                <code className="text-caption wrap-anywhere">{file.id}</code>
                <CopyButton text={file.id} label={t`Copy the id`} isIconOnly />
              </span>
            </Fact>
          </dl>
        </Group>
        <Group title={t`Save or delete`}>
          <div className="flex flex-wrap items-center gap-2">
            <DownloadLink path={`/v1/files/${file.id}/content`} fileName={file.name}>
              {t`Save the file`}
            </DownloadLink>
            <Button aria-expanded={isAsking} onClick={() => setIsAsking(!isAsking)}>
              {t`Delete`}
            </Button>
          </div>
          {remove.error ? <p role="alert" className="text-ui text-danger">{remove.error.message}</p> : null}
          {isAsking ? (
            <TypedConfirm
              name={file.name}
              label={t`Type its name to delete it`}
              hint={<Trans>That cannot be undone. Requests that name it are refused from then on.</Trans>}
              act={t`Delete ${file.name}`}
              isPending={remove.isPending}
              onConfirm={() => remove.mutate()}
            />
          ) : null}
        </Group>
      </div>
    </>
  )
}
