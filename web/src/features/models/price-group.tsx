import { Trans, useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import type { Model, Price } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Command } from "@/components/ui/code-block"
import { Fact } from "@/components/ui/fact"
import { Group } from "@/components/ui/group"
import { modelsQuery } from "@/features/house/api/queries"
import { formatPrice } from "@/features/house/price"
import { pricesQuery, removePrice } from "@/features/models/api/prices"
import { PriceForm } from "@/features/models/price-form-view"
import { useAmountNames } from "@/features/models/use-amount-names"
import { isBeyondForm, isComing } from "@/features/models/price-form"
import { useNow } from "@/lib/use-now"

interface PriceGroupProps {
  model: Model
  own: Price | undefined
  written: readonly Price[]
  onRemoved: (rows: readonly Price[]) => void
}

/** What a model costs, where that is from, and a price of one's own in its place. */
export function PriceGroup({ model, own, written, onRemoved }: PriceGroupProps) {
  const { t, i18n } = useLingui()
  const names: Readonly<Record<string, string>> = useAmountNames()
  const now = useNow()
  const client = useQueryClient()
  const remove = useMutation({
    ...removePrice(model.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: pricesQuery().queryKey })
      void client.invalidateQueries({ queryKey: modelsQuery().queryKey })
      onRemoved(written)
    },
  })
  const coming = written.filter((price) => isComing(price, now))
  const isOfFile = written.some((price) => price.source === "file")
  const isBeyond = written.some((price) => !price.is_past && isBeyondForm(price))
  // What was removed comes back by the same form, so only what that can say is removed here.
  const canRemove = written.length > 0 && !isOfFile && !written.some(isBeyondForm)
  return (
    <Group title={t`What it costs`}>
      <dl>
        <Fact label={t`A million tokens in`}>
          {model.priced ? formatPrice(model.input_price, model.currency, i18n.locale) : t`unpriced`}
        </Fact>
        <Fact label={t`A million tokens out`}>
          {model.priced ? formatPrice(model.output_price, model.currency, i18n.locale) : t`unpriced`}
        </Fact>
        {Object.entries(model.piece_prices).map(([piece, price]) => (
          <Fact key={piece} label={names[piece] ?? piece}>
            {formatPrice(price, model.currency, i18n.locale)}
          </Fact>
        ))}
        {coming.map((price) => (
          <Fact key={price.version} label={t`From ${price.starts ?? ""}`}>
            {formatPrice(price.input, price.currency, i18n.locale)} / {formatPrice(price.output, price.currency, i18n.locale)}
          </Fact>
        ))}
        {model.price_version ? <Fact label={t`Says who`}>{model.price_version}</Fact> : null}
      </dl>
      {isOfFile ? (
        <p className="text-ui text-text-2">
          <Trans>Its price stands in the settings file; change it there.</Trans>
        </p>
      ) : isBeyond ? (
        <div className="flex flex-col items-start gap-2 text-ui text-text-2">
          <Trans>Its price has steps, sizes or classes of service, which are written on the command line:</Trans>
          <Command command={`salon prices set ${model.id} --help`} />
        </div>
      ) : (
        <PriceForm key={own?.version ?? ""} model={model} own={own} />
      )}
      {canRemove ? (
        <div className="flex flex-wrap items-center gap-3 pt-1">
          <Button disabled={remove.isPending} onClick={() => remove.mutate()}>
            {t`Remove your price`}
          </Button>
          {remove.error ? <p role="alert" className="text-ui text-danger">{remove.error.message}</p> : null}
        </div>
      ) : null}
    </Group>
  )
}
