/** What a die needs to know about itself to time a matrix product. */
export interface MatrixEngine {
  readonly peak_flops: number
  /** Systolic arrays of the die; 0 for devices described by a fitted efficiency curve. */
  readonly arrays: number
  readonly arrayRows: number
  readonly arrayColumns: number
  readonly clock_Hz: number
  readonly sram_B: number
  readonly memoryBandwidth_Bps: number
  readonly matrixEfficiency: number
  readonly halfRows: number
  readonly halfColumns: number
  readonly halfReduction: number
  readonly memoryEfficiency: number
  /** Share of its speed that a product keeps whose width is no multiple of {@link ALIGNED_ELEMENTS}. */
  readonly misalignedShare: number
  /** Share of the peak that a fused attention kernel reaches at most. */
  readonly flashEfficiency: number
}

/** Tensor cores load rows of 16 bytes: 8 elements of 16 bits (NVIDIA, Matrix Multiplication Background, section 3). */
export const ALIGNED_ELEMENTS = 8

const BYTES = 2

/**
 * Main-memory bytes of an M x N x K product: each operand once, and 2 M N K w / sqrt(S/w) when the SRAM is too small to
 * reuse them (Hong & Kung 1981).
 */
export function matrixTraffic_B(m: number, n: number, k: number, sram_B: number): number {
  const once = BYTES * (m * k + k * n + m * n)
  const reuse = (2 * m * n * k * BYTES) / Math.sqrt(sram_B / BYTES) + BYTES * m * n
  return Math.max(once, reuse)
}

/** Arithmetic time of `copies` equal M x N x K products on one die, ignoring memory. */
export function matrixArithmetic_s(engine: MatrixEngine, copies: number, m: number, n: number, k: number): number {
  if (engine.arrays > 0) {
    // Output-stationary systolic arrays: every fold of an R x C tile takes 2R + C + K - 2 cycles (SCALE-Sim).
    const folds = copies * Math.ceil(m / engine.arrayRows) * Math.ceil(n / engine.arrayColumns)
    const cycles = Math.ceil(folds / engine.arrays) * (2 * engine.arrayRows + engine.arrayColumns + k - 2)
    return cycles / engine.clock_Hz / engine.matrixEfficiency
  }
  const saturation = ((m + engine.halfRows) * (n + engine.halfColumns) * (k + engine.halfReduction)) / (m * n * k)
  return ((2 * copies * m * n * k) / (engine.peak_flops * engine.matrixEfficiency)) * saturation
}

/** Roofline time of `copies` equal products: the longer of arithmetic and memory traffic. */
export function matrix_s(engine: MatrixEngine, copies: number, m: number, n: number, k: number): number {
  const traffic_s =
    (copies * matrixTraffic_B(m, n, k, engine.sram_B)) / (engine.memoryBandwidth_Bps * engine.memoryEfficiency)
  return Math.max(matrixArithmetic_s(engine, copies, m, n, k), traffic_s)
}
