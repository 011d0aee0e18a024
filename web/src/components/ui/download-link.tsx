import { Download } from "lucide-react"
import { serverAddress } from "@/api/client"

interface DownloadLinkProps {
  /** Below the server's address. */
  path: string
  fileName: string
  children: string
}

/** A link that saves a file, with the look of a button. */
export function DownloadLink({ path, fileName, children }: DownloadLinkProps) {
  return (
    <a
      href={`${serverAddress()}${path}`}
      download={fileName}
      className="quick inline-flex min-h-(--control) shrink-0 items-center gap-2 rounded-2 border border-border-strong bg-raised px-3 text-ui font-medium text-text hover:bg-hover"
    >
      <Download aria-hidden="true" className="size-4" strokeWidth={1.75} />
      {children}
    </a>
  )
}
