"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { useLingui } from "@lingui/react/macro"
import { ImageOff } from "lucide-react"
import { use, useState } from "react"
import { Button } from "@/components/ui/button"
import { PlaceContext } from "../context.ts"
import type { ImageInline } from "../parse/tree.ts"
import { destinationOf, isOwnImage } from "../safe/addresses.ts"

interface ImageViewProps {
  image: ImageInline
}

type Loaded = { kind: "no" } | { kind: "loading" } | { kind: "failed" } | { kind: "yes"; src: string }

/**
 * An image of our own is shown. A foreign one is never fetched by itself: that would tell its server that the
 * text was read, and with an address made by a model anything that stood in the conversation.
 */
export function ImageView({ image }: ImageViewProps) {
  const { t } = useLingui()
  const { images } = use(PlaceContext)
  const [loaded, setLoaded] = useState<Loaded>({ kind: "no" })
  const to = destinationOf(image.src, document.baseURI)
  const title = image.title === "" ? {} : { title: image.title }
  if (to.kind === "own" && isOwnImage(to.href, document.baseURI)) return <img src={to.href} alt={image.alt} {...title} loading="lazy" />
  const known = loaded.kind === "yes" ? loaded.src : to.kind === "outside" ? (images?.known(to.href) ?? null) : null
  if (known !== null) return <img src={known} alt={image.alt} {...title} />
  const load = (address: string): void => {
    setLoaded({ kind: "loading" })
    images?.bring(address).then(
      (src) => setLoaded({ kind: "yes", src }),
      () => setLoaded({ kind: "failed" }),
    )
  }
  return (
    <span className="md-image">
      <ImageOff aria-hidden="true" className="size-4 shrink-0" />
      <span className="min-w-0">
        {image.alt === "" ? t`Image` : image.alt}
        {to.kind === "outside" ? <bdi className="md-host"> ({to.host})</bdi> : null}
        {loaded.kind === "failed" ? <span role="status"> {t`The image could not be loaded.`}</span> : null}
      </span>
      {to.kind === "outside" && images !== null ? (
        <Button size="small" look="outline" title={to.href} disabled={loaded.kind === "loading"} onClick={() => load(to.href)}>
          {t`Load image`}
        </Button>
      ) : null}
      {to.kind === "outside" && images === null ? (
        <a href={to.href} title={to.href} target="_blank" rel="noopener noreferrer">
          {t`Open image`}
        </a>
      ) : null}
    </span>
  )
}
