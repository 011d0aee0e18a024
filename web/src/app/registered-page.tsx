import { Suspense } from "react"
import { NotFound } from "@/app/not-found"
import { type PagePath, useRegistered } from "@/registry"
import { Navigate } from "@/router"

interface RegisteredPageProps {
  path: PagePath
}

/** The page that a feature brought for an address. */
export function RegisteredPage({ path }: RegisteredPageProps) {
  const Page = useRegistered("pages").find((one) => one.path === path)?.component
  if (Page) {
    return (
      <Suspense>
        <Page />
      </Suspense>
    )
  }
  return path === "/" ? <Navigate to="/settings/gateway" /> : <NotFound />
}
