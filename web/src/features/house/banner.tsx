import { useLingui } from "@lingui/react/macro"
import type { Problem } from "@/api/problem"
import type { Status } from "@/api/types"
import { serverAddress } from "@/api/client"
import { Notice } from "@/components/ui/notice"
import { hostOf } from "@/features/house/provider-advice"

interface BannerProps {
  problem: Problem | null
  status: Status | undefined
}

/** One line under the header for what concerns the whole server. */
export function Banner({ problem, status }: BannerProps) {
  const { t } = useLingui()
  if (problem !== null) {
    // Where a line above the box says it already, with what becomes of the words there, it is not said twice.
    const isSaid = problem.kind === "offline" ? "in-[body:has([data-away])]:hidden" : ""
    return (
      <div role="alert" className={`px-4 py-3 ${isSaid}`}>
        <Notice tone={problem.kind === "offline" ? "warning" : "danger"}>
          {problem.kind === "offline"
            ? t`Salon does not answer at ${hostOf(serverAddress())}. Trying again.`
            : problem.message}
        </Notice>
      </div>
    )
  }
  if (status?.config_problem) {
    return (
      <div role="alert" className="px-4 py-3">
        <Notice tone="danger">
          {t`The settings file was changed and cannot be used; the last good settings are in force.`}{" "}
          <bdi>{status.config_problem}</bdi>
        </Notice>
      </div>
    )
  }
  if (status && status.needs_restart.length > 0) {
    return (
      <div role="status" className="px-4 py-3">
        <Notice tone="info">{t`These settings wait for the next start: ${status.needs_restart.join(", ")}.`}</Notice>
      </div>
    )
  }
  return null
}
