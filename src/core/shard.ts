/** A part of a numbered list: what lies at every `of`-th place. The first of four is `{ part: 1, of: 4 }`. */
export interface Shard {
  readonly part: number
  readonly of: number
}

/** Whether the place of a list, from 0, belongs to a shard. Neighbours, which cost alike, belong to different ones. */
export const isInShard = (index: number, { part, of }: Shard): boolean => index % of === part - 1
