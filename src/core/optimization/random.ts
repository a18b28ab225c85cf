/** A stream of reproducible random numbers. */
export interface Random {
  /** A 32-bit unsigned integer. */
  next(): number
  /** A number in [0, 1). */
  fraction(): number
  /** An integer in [0, limit). */
  below(limit: number): number
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))

/** One step of splitmix32, which spreads a small seed over the state. */
function splitmix(state: number): number {
  let z = (state + 0x9e3779b9) | 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}

/** xoshiro128** (Blackman & Vigna 2018) started from a seed and a stream number, so that parts of a search draw independently. */
export function randomStream(seed: number, stream = 0): Random {
  const state = new Uint32Array(4)
  let mixed = (splitmix(seed | 0) ^ splitmix((stream | 0) + 0x5bd1e995)) >>> 0
  for (let i = 0; i < 4; i++) {
    mixed = splitmix(mixed + i + 1)
    state[i] = mixed
  }
  if (!state.some((word) => word !== 0)) state[0] = 1
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(state[1]!, 5), 7), 9) >>> 0
    const shifted = state[1]! << 9
    state[2]! ^= state[0]!
    state[3]! ^= state[1]!
    state[1]! ^= state[2]!
    state[0]! ^= state[3]!
    state[2]! ^= shifted
    state[3] = rotate(state[3]!, 11)
    return result
  }
  const fraction = (): number => next() / 0x1_0000_0000
  return { next, fraction, below: (limit) => Math.floor(fraction() * limit) }
}
