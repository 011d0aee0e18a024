import type { Finding } from "@/features/palette/find"
import { isAppleDevice, showKeys } from "@/lib/shortcuts"

interface FindingsProps {
  groups: readonly { title: string; findings: readonly Finding[] }[]
  /** The id of the one that Enter chooses. */
  current: string | null
  idBase: string
  onChoose: (finding: Finding) => void
}

/** What was found, in groups; the focus stays in the field above. */
export function Findings({ groups, current, idBase, onChoose }: FindingsProps) {
  return groups.map((group) => (
    <div key={group.title} role="group" aria-label={group.title} className="pb-2">
      <p aria-hidden="true" className="px-2 py-1 text-caption font-medium text-text-2">
        {group.title}
      </p>
      {group.findings.map((finding) => {
        const Icon = finding.icon
        return (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field above has the keys
          <div
            key={finding.id}
            id={`${idBase}-${finding.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={finding.id === current}
            onClick={() => onChoose(finding)}
            className={`flex min-h-(--row) cursor-pointer items-center gap-3 rounded-2 px-2 py-1 text-ui ${finding.id === current ? "bg-selected" : "hover:bg-hover"}`}
          >
            <Icon aria-hidden="true" className="size-4 shrink-0 text-text-2" strokeWidth={1.75} />
            <span className="flex min-w-0 flex-1 flex-col">
              <bdi className="truncate">{finding.title}</bdi>
              {finding.preview ? <bdi className="truncate text-caption text-text-2">{finding.preview}</bdi> : null}
            </span>
            {finding.keys ? (
              <kbd dir="ltr" className="text-caption text-text-2 pointer-coarse:hidden">
                {showKeys(finding.keys, isAppleDevice()).join(" ")}
              </kbd>
            ) : null}
          </div>
        )
      })}
    </div>
  ))
}
