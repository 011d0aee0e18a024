import { Trans, useLingui } from "@lingui/react/macro"
import type { Model } from "@/api/types"
import { serverAddress } from "@/api/client"
import { CodeBlock, Command } from "@/components/ui/code-block"
import { Section } from "@/components/ui/section"
import { Tabs } from "@/components/ui/tabs"
import { ModelSelect } from "@/features/house/model-select"
import { type ClientId, isLoopback, KEY_COMMAND, snippetFor } from "@/lib/snippets"

interface ConnectProps {
  client: ClientId
  onClient: (client: ClientId) => void
  models: readonly Model[]
  model: string
  onModel: (model: string) => void
}

/** How to point a client here: code that runs as it stands, with this server's own address. */
export function Connect({ client, onClient, models, model, onModel }: ConnectProps) {
  const { t } = useLingui()
  const address = serverAddress()
  const snippet = snippetFor(client, { address, model, isOpen: isLoopback(address) })
  return (
    <Section
      id="connect"
      title={t`Point a client here`}
      aside={<ModelSelect models={models} model={model} onModel={onModel} />}
    >
      <Tabs
        label={t`Client`}
        chosen={client}
        onChoose={onClient}
        tabs={[
          { id: "openai", label: "OpenAI" },
          { id: "anthropic", label: "Anthropic" },
          { id: "gemini", label: "Gemini" },
          { id: "ollama", label: "Ollama" },
          { id: "javascript", label: "JavaScript" },
          { id: "curl", label: "curl" },
          { id: "salon", label: "import salon" },
        ]}
      >
        <CodeBlock title={snippet.file} code={snippet.code} language={snippet.language} />
      </Tabs>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-2 text-ui text-text-2">
        {snippet.install || snippet.usesKey ? <span>{t`First:`}</span> : null}
        {snippet.install ? <Command command={snippet.install} /> : null}
        {snippet.usesKey ? <Command command={KEY_COMMAND} /> : null}
        {snippet.usesKey ? null : <Trans>On this machine no key is needed. A wrong one is refused.</Trans>}
      </div>
    </Section>
  )
}
