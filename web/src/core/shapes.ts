// The shapes of the interface, by the names that its description gives them (`npm run client`).
import type { components } from './schema'

export type Shape<Name extends keyof components['schemas']> = components['schemas'][Name]
