/// <reference types="vite/client" />

interface Window {
  /** There in the desktop workbench only. */
  readonly desktop?: { readonly platform: string }
}
