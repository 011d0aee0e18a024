import { useLingui } from "@lingui/react/macro"
import type { components } from "@/api/schema"
import { acts } from "@/features/conversations/api/acts"
import { useAct } from "@/features/conversations/api/use-act"
import { Group } from "@/components/ui/group"
import { Notice } from "@/components/ui/notice"
import { RadioRow } from "@/components/ui/radio-row"

interface ContextPolicyProps {
  conversationId: string
  settings: components["schemas"]["SettingsInForce"]
}

export const KINDS = ["trim-oldest", "summarise", "refuse"] as const
export type PolicyKind = (typeof KINDS)[number]

/** What becomes of what does not fit the window any more. */
export function ContextPolicy({ conversationId, settings }: ContextPolicyProps) {
  const { t } = useLingui()
  const act = useAct()
  const { kind, rest } = policyOf(settings.in_force)
  const names: Readonly<Record<PolicyKind, readonly [string, string]>> = {
    "trim-oldest": [t`Leave out the oldest`, t`The usual. Pinned turns and instructions stay.`],
    summarise: [t`Summarise the oldest`, t`A model writes a summary that stands for them.`],
    refuse: [t`Ask me`, t`Nothing is sent until you have made room.`],
  }
  return (
    <Group title={t`When the window is full`}>
      {act.problem ? <Notice tone="danger">{act.problem}</Notice> : null}
      <div role="radiogroup" aria-label={t`When the window is full`} className="flex flex-col gap-1">
        {KINDS.map((one) => (
          <RadioRow
            key={one}
            name="context-policy"
            label={names[one][0]}
            note={names[one][1]}
            isChosen={kind === one}
            isDisabled={act.isPending}
            onChoose={() => void act.run(acts.settings(conversationId, { context: { ...rest, kind: one } }))}
          />
        ))}
      </div>
    </Group>
  )
}

/** The policy in force, and what else is said of the context. */
export function policyOf(inForce: Readonly<Record<string, unknown>>): { kind: PolicyKind; rest: Record<string, unknown> } {
  const context: unknown = inForce["context"]
  const said = new Map(Object.entries(typeof context === "object" && context !== null ? context : {}))
  const kind = KINDS.find((one) => one === said.get("kind")) ?? "trim-oldest"
  said.delete("kind")
  return { kind, rest: Object.fromEntries([...said].filter(([, value]) => value !== null)) }
}
