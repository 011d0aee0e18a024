interface ModelNameProps {
  id: string
}

/** A model's id on one line. Where there is no room, the provider gives way first: models differ at the end. */
export function ModelName({ id }: ModelNameProps) {
  const cut = id.indexOf("/") + 1
  return (
    <span dir="ltr" title={id} className="flex min-w-16 font-medium">
      <span className="sr-only">{id}</span>
      {cut > 0 ? (
        <span aria-hidden="true" className="min-w-6 truncate">
          {id.slice(0, cut)}
        </span>
      ) : null}
      <span aria-hidden="true" className="max-w-3/4 shrink-0 truncate">
        {id.slice(cut)}
      </span>
    </span>
  )
}
