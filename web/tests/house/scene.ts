import { api, begin } from "./play.ts"

/** What a house holds when it is looked at: conversations with several voices, a folder, a tag, a prompt. */

const CODE = `Two thirds of the increase is one route: long prompts that miss the cache because a timestamp sits in the system
message.[^1] Moving it to the end keeps the prefix stable:

\`\`\`python title="routes/chat.py"
async def build_prompt(room: Room, now: datetime) -> list[Part]:
    prefix = [system(room.persona), *room.pinned]
    return [*prefix, *room.history, note(now)]
\`\`\`

[^1]: Usage of October, by route.`

const TABLE = `I agree on the cause. Before we ship it, check what reads \`x-salon-now\`:

| reader | reads it | breaks |
| --- | :---: | ---: |
| audit exporter | yes | 1 field |
| billing | no | 0 |

- [x] replay a day of traffic
- [ ] tell the exporter's owner

The saving is about $s = 0.64 \\cdot c$ of each long request.`

const SAID = [
  { text: "Our gateway bill rose by a third in October. What happened, and what would you change first?" },
  { model: "openai/gpt-5", text: CODE },
  { text: "Is anything else reading that header?" },
  { model: "anthropic/claude-sonnet-4-5", text: TABLE },
] as const

const OTHERS = ["Incident runbook", "Reading list for the flight", "Onboarding notes", "A letter to the landlord", "Names for the cat"]

export interface Scene {
  /** The conversation with several voices and two branches, the second of which ends in another question. */
  talk: string
  /** Its last answer has two versions. */
  versions: string
}

async function last(id: string, role: string): Promise<string> {
  const path = { conversation_id: id }
  const { data } = await api.GET("/salon/v1/conversations/{conversation_id}/messages", { params: { path } })
  return data?.items.findLast((message) => message.role === role)?.id ?? ""
}

async function answered(id: string): Promise<void> {
  const path = { conversation_id: id }
  for (let left = 300; left > 0; left -= 1) {
    const { data } = await api.GET("/salon/v1/conversations/{conversation_id}/answers", { params: { path } })
    if (data?.items.length === 0) return
    await new Promise((done) => {
      setTimeout(done, 100)
    })
  }
  throw new Error("an answer did not end")
}

export async function furnish(): Promise<Scene> {
  const folder = await api.POST("/salon/v1/folders", { body: { name: "Trips" } })
  const ids: string[] = []
  for (const title of OTHERS) ids.push(await begin(title, [{ text: `${title}: where do we begin?` }, { model: "demo", text: "At the beginning." }]))
  const [pinned = "", filed = ""] = ids
  await api.POST("/salon/v1/acts", { body: { act: "pin", ids: [pinned] } })
  await api.POST("/salon/v1/acts", { body: { act: "move", ids: [filed], folder_id: folder.data?.id ?? "" } })
  await api.POST("/salon/v1/acts", { body: { act: "tag", ids: [pinned, filed], tags: ["work"] } })
  await api.POST("/salon/v1/prompts", { body: { name: "Ideas", text: "Give me {{count}} ideas.", variables: [{ name: "count", kind: "number", default: 3 }] } })
  const versions = await begin("Gateway words", [])
  const path = { conversation_id: versions }
  await api.POST("/salon/v1/conversations/{conversation_id}/send", { params: { path }, body: { text: "Name a river" } })
  await answered(versions)
  await api.POST("/salon/v1/messages/{message_id}/regenerate", { params: { path: { message_id: await last(versions, "assistant") } }, body: {} })
  await answered(versions)
  const talk = await begin("Gateway cost review", SAID)
  const question = await last(talk, "user")
  await api.POST("/salon/v1/conversations/{conversation_id}/branches", { params: { path: { conversation_id: talk } }, body: { name: "exporter first", head_id: await last(talk, "assistant") } })
  await api.POST("/salon/v1/messages/{message_id}/edit-and-send", { params: { path: { message_id: question } }, body: { text: "And what would it save?" } })
  await answered(talk)
  return { talk, versions }
}
