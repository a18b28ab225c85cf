import type { Network } from '../network/network.ts'

/**
 * Bytes per second that can leave some nodes for others, whatever the routes: the least capacity of a cut between them (Ford & Fulkerson;
 * shortest augmenting paths, Edmonds & Karp 1972).
 */
export function maxFlow_Bps(network: Network, sources: readonly number[], sinks: readonly number[]): number {
  const links = network.linkFrom.length
  // Arc l is link l, arc links + l takes its flow back.
  const room = new Float64Array(2 * links)
  const out = Array.from({ length: network.nodes }, (): number[] => [])
  for (let link = 0; link < links; link++) {
    room[link] = network.bandwidth_Bps[link]!
    out[network.linkFrom[link]!]!.push(link)
    out[network.linkTo[link]!]!.push(links + link)
  }
  const isSink = new Uint8Array(network.nodes)
  for (const sink of sinks) isSink[sink] = 1
  const tail = (arc: number): number => (arc < links ? network.linkFrom[arc]! : network.linkTo[arc - links]!)
  const head = (arc: number): number => (arc < links ? network.linkTo[arc]! : network.linkFrom[arc - links]!)
  const least = Math.max(0, ...network.bandwidth_Bps) * 1e-9
  for (let total = 0; ;) {
    const into = new Int32Array(network.nodes).fill(-1)
    const seen = new Uint8Array(network.nodes)
    for (const source of sources) seen[source] = 1
    const queue = [...sources]
    let reached = -1
    for (let next = 0; next < queue.length && reached < 0; next++)
      for (const arc of out[queue[next]!]!) {
        const node = head(arc)
        if (seen[node] === 1 || room[arc]! <= least || (node < network.dies && network.alive[node] === 0)) continue
        seen[node] = 1
        into[node] = arc
        queue.push(node)
        if (isSink[node] === 1) {
          reached = node
          break
        }
      }
    if (reached < 0) return total
    const path: number[] = []
    for (let node = reached; into[node]! >= 0; node = tail(into[node]!)) path.push(into[node]!)
    const flow = Math.min(...path.map((arc) => room[arc]!))
    for (const arc of path) {
      room[arc]! -= flow
      room[arc < links ? arc + links : arc - links]! += flow
    }
    total += flow
  }
}
