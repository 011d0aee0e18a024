import type { ReactNode } from "react"
import { useRegistered } from "@/registry"

interface BesidePagesProps {
  children: ReactNode
}

/** The pages, and what features have beside each of them. */
export function BesidePages({ children }: BesidePagesProps) {
  return (
    <>
      {children}
      {useRegistered("hosts").map(({ id, component: Host }) => (
        <Host key={id} />
      ))}
    </>
  )
}
