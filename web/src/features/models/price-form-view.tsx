import { useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ChevronRight } from "lucide-react"
import type { Model, Price } from "@/api/types"
import { Button } from "@/components/ui/button"
import { FieldList } from "@/components/ui/field-list"
import { Notice } from "@/components/ui/notice"
import { TextField } from "@/components/ui/text-field"
import { modelsQuery } from "@/features/house/api/queries"
import { fieldNamed, fieldOfProblem } from "@/features/house/refused-field"
import { pricesQuery, putPrice } from "@/features/models/api/prices"
import { AMOUNTS, type Amount, priceBodyOf } from "@/features/models/price-form"
import { useAmountNames } from "@/features/models/use-amount-names"

interface PriceFormProps {
  model: Model
  own: Price | undefined
}

/** Writes a price of one's own; it goes before those of the price tables, for requests from now on. */
export function PriceForm({ model, own }: PriceFormProps) {
  const { t } = useLingui()
  const names = useAmountNames()
  const client = useQueryClient()
  const put = useMutation({
    ...putPrice(model.id),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: pricesQuery().queryKey })
      void client.invalidateQueries({ queryKey: modelsQuery().queryKey })
    },
  })
  const refusal = put.error ? fieldOfProblem(put.error, (key) => fieldNamed(key, [...AMOUNTS, "currency"])) : null
  const field = (name: Amount | "currency", label: string, initial: string, isRequired = false) => (
    <TextField
      key={name}
      name={name}
      label={label}
      isCode
      isRequired={isRequired}
      initial={initial}
      {...(name === "currency" ? {} : { inputMode: "decimal" as const, pattern: "[0-9]*[.]?[0-9]+" })}
      error={refusal?.field === name ? refusal.sentence : null}
    />
  )
  const amount = (name: Amount, isRequired = false) => field(name, names[name], own?.[name] ?? "", isRequired)
  const others = AMOUNTS.filter((name) => name !== "input" && name !== "output" && name !== "cached")
  const hasOthers = others.some((name) => own?.[name] != null)
  return (
    <form
      className="flex flex-col gap-4 pt-1"
      onSubmit={(event) => {
        event.preventDefault()
        put.mutate(priceBodyOf(new FormData(event.currentTarget)))
      }}
    >
      <FieldList>
        {amount("input", true)}
        {amount("output", true)}
        {amount("cached")}
        {field("currency", t`Currency`, own?.currency ?? model.currency ?? "USD", true)}
      </FieldList>
      <details className="group rounded-2" open={hasOthers}>
        <summary className="quick -mx-2 flex min-h-(--row) list-none items-center rounded-2 px-2 text-ui font-medium text-text-2 hover:bg-hover hover:text-text">
          <ChevronRight aria-hidden="true" className="me-2 size-4 group-open:rotate-90 rtl:-scale-x-100 rtl:group-open:scale-x-100" />
          {t`Caches, thoughts, sound, pictures and pieces`}
        </summary>
        <div className="pt-3">
          <FieldList>{others.map((name) => amount(name))}</FieldList>
        </div>
      </details>
      {refusal !== null && refusal.field === null ? <Notice tone="danger">{refusal.sentence}</Notice> : null}
      <div className="flex items-center gap-3">
        <Button look="outline" type="submit" disabled={put.isPending}>
          {own ? t`Change your price` : t`Set your price`}
        </Button>
        <p role="status" className="text-ui text-success">
          {put.isSuccess ? t`In force.` : null}
        </p>
      </div>
      <p className="text-caption text-text-2">
        {t`For a million tokens of each kind, for requests from now on. What is left empty costs what the wider kind does.`}
      </p>
    </form>
  )
}
