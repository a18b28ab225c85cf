/** Columns of the cost of one step of a plan: one die, one micro-batch, unless the name says otherwise. */
export const FORWARD_S = 0
export const BACKWARD_S = 1
/** Share of BACKWARD_S that is weight gradients, which zero-bubble schedules may delay. */
export const WEIGHT_GRADIENT_S = 2
/** Exposed communication of tensors inside the region. */
export const TENSOR_COMMUNICATION_S = 3
/** Exposed gathering of parameters from, and scattering of gradients to, the replicas (ZeRO-3). */
export const DATA_COMMUNICATION_S = 4
export const WEIGHTS_B = 5
export const GRADIENTS_B = 6
export const OPTIMIZER_B = 7
/** Once per optimiser step. */
export const GRADIENT_SYNC_S = 8
export const OPTIMIZER_S = 9
/** The largest counts, not the sum: gathered parameters and tensors. */
export const BUFFER_B = 10
/** Kept whatever the plan says, per micro-batch in flight. */
export const ALWAYS_KEPT_B = 11
/** Workspace per micro-batch in flight: fp32 logits. */
export const LOGITS_B = 12
export const MATRIX_FLOPS = 13
export const MEMORY_TRAFFIC_B = 14
/** Bytes times links crossed. */
export const LINK_TRAFFIC_B = 15
/** Forward share of the matrix FLOPs, charged again when the step's product is recomputed. */
export const FORWARD_MATRIX_FLOPS = 16
/** Once per optimiser step: main-memory bytes of the optimiser, and bytes times links of the gradients' synchronisation. */
export const OPTIMIZER_TRAFFIC_B = 17
export const SYNC_TRAFFIC_B = 18
/** Up to three recompute units: seconds of compute, seconds of exposed communication, main-memory bytes, bytes times links. */
export const UNIT = 19
export const UNIT_COLUMNS = 4
export const MAX_UNITS = 3
/** Up to four optional stored tensors: bytes when kept. */
export const TENSOR = UNIT + UNIT_COLUMNS * MAX_UNITS
export const MAX_TENSORS = 4
/** Layout code of what the step hands to the next one. */
export const OUTPUT_LAYOUT = TENSOR + MAX_TENSORS
export const COLUMNS = OUTPUT_LAYOUT + 1
