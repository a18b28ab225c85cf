/**
 * Seconds of a communication that hide under compute beside it: the share `overlap` of its bytes may run there, the rest runs alone, and one
 * second of compute hides one second of communication.
 */
export const hidden_s = (time_s: number, window_s: number, overlap: number): number =>
  Math.min(overlap * time_s, window_s)

/** What of it is left to wait for. */
export const exposed_s = (time_s: number, window_s: number, overlap: number): number =>
  Math.max(0, time_s - hidden_s(time_s, window_s, overlap))
