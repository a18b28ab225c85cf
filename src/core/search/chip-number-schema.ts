import * as z from 'zod'
import { WaferChipSpec } from '../chip/chip-spec.ts'

const objectOf = (schema: unknown): Readonly<Record<string, z.ZodType>> => {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : {}
}

/** What a wafer's spec takes as the number at a path, as `die.clock_Hz`; any number where nothing is known of it. */
export const chipNumberSchema = (path: string): z.ZodType =>
  path.split('.').reduce<z.ZodType>((schema, key) => objectOf(schema)[key] ?? z.number(), WaferChipSpec)
