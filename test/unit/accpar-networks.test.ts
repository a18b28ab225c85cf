import { describe, expect, it, test } from 'vitest'
import alexnet from '../../resources/samples/layers/alexnet.json' with { type: 'json' }
import resnet18 from '../../resources/samples/layers/resnet-18.json' with { type: 'json' }
import vgg16 from '../../resources/samples/layers/vgg-16.json' with { type: 'json' }
import { parseAuthorsFormat } from '../../src/core/policies/accpar-networks/authors-format.ts'
import { layerNetwork, misfits, networkVolume } from '../../src/core/policies/accpar-networks/layer-network.ts'
import { LayersFile } from '../../src/core/policies/accpar-networks/layers-file.ts'
import {
  comparePartitions,
  partitionNetwork,
  type NetworkPartition
} from '../../src/core/policies/accpar-networks/partition-network.ts'
import { ACCPAR_TYPES, type AccParType } from '../../src/core/policies/accpar-partition.ts'
import { authorsResnet, vgg11 } from '../fixtures/authors-networks.ts'
import { runCli } from './cli-run.ts'

const digits = { I: '1', II: '2', III: '3', heads: '' } as const satisfies Record<AccParType, string>

/** Types of all layers per level, 1 2 3 for I II III. */
const written = ({ levels }: NetworkPartition): string[] =>
  levels.map(({ types }) =>
    Object.values(types)
      .map((type) => digits[type])
      .join('')
  )

const file = (batch: number, layers: LayersFile['layers'], rest: object = {}): LayersFile =>
  LayersFile.parse({ batch, layers, ...rest })

/** Two fully-connected layers of widths 8, 16, 4 on a batch of 32: A(F) = 256, 512, 128; A(W) = 128, 64. */
const two = file(32, [
  { kind: 'fc', name: 'a', inputs: 8, outputs: 16 },
  { kind: 'fc', name: 'b', inputs: 16, outputs: 4 }
])

describe("AccPar's volumes of two layers", () => {
  // Intra-layer table of the paper: A(W), A(F_out), A(E_in). Inter-layer table: 0, 1/4 (A(F)+A(E)), 1/2 A(F) / 1/2 A(E), 1/2 A(E), 0 / 1/4 (A(F)+A(E)), 0, 1/2 A(F).
  test.each([
    ['I', 'I', 128 + 64, 0],
    ['I', 'II', 128 + 128, 256],
    ['I', 'III', 128 + 512, 256],
    ['II', 'I', 512 + 64, 256],
    ['II', 'II', 512 + 128, 256],
    ['II', 'III', 512 + 512, 0],
    ['III', 'I', 256 + 64, 256],
    ['III', 'II', 256 + 128, 0],
    ['III', 'III', 256 + 512, 256]
  ] as const)('%s then %s', (first, second, intraElements, interElements) => {
    expect(networkVolume(layerNetwork(two), [first, second])).toEqual({ intraElements, interElements })
  })

  it('counts feature maps with their area and filters with theirs', () => {
    const layer = {
      kind: 'conv' as const,
      name: 'c',
      inputs: 3,
      outputs: 5,
      kernel: [3, 2] as [number, number],
      inputSize: 7,
      outputSize: 4
    }
    const [found] = layerNetwork(file(10, [layer])).layers
    expect(found).toMatchObject({ input: 10 * 3 * 49, output: 10 * 5 * 16, weights: 3 * 5 * 6 })
  })
})

describe('the hierarchy', () => {
  it('halves the batch by I, input channels by II and output channels by III for the level inside', () => {
    // The second level of a single layer shows what the first left: A(W), A(F_out) and A(E_in) of one half.
    const single = file(32, [{ kind: 'fc', name: 'a', inputs: 8, outputs: 16 }])
    const inner = (outer: AccParType): number[] =>
      ACCPAR_TYPES.map((type) => {
        let level = 0
        return partitionNetwork(single, 2, () => [level++ === 0 ? outer : type]).levels[1]!.elements
      })
    const [weights, output, input] = [8 * 16, 32 * 16, 32 * 8]
    expect(inner('I')).toEqual([weights, output / 2, input / 2])
    expect(inner('II')).toEqual([weights / 2, output, input / 2])
    expect(inner('III')).toEqual([weights / 2, output / 2, input])
  })

  it('sums groups times elements, and tells when parts are no whole samples or channels', () => {
    const { dataParallel } = comparePartitions(two, 6)
    expect(dataParallel.levels.map(({ elements }) => elements)).toEqual([192, 192, 192, 192, 192, 192])
    expect(dataParallel.totalElements).toBe(192 * 63)
    expect(dataParallel.levels.map(({ fractional }) => fractional)).toEqual([[], [], [], [], [], ['a', 'b']])
  })

  it('makes AccPar exchange no more than HyPar where both cut the same parts: at the first level', () => {
    for (const sample of [alexnet, vgg16, resnet18]) {
      const { accpar, hypar } = comparePartitions(LayersFile.parse(sample), 1)
      expect(accpar.totalElements).toBeLessThanOrEqual(hypar.totalElements)
    }
  })

  it('does not make it so for the sum of levels: the best outer cut may leave worse parts', () => {
    const { accpar, hypar } = comparePartitions(
      file(11, [
        { kind: 'fc', name: 'a', inputs: 124, outputs: 5 },
        { kind: 'fc', name: 'b', inputs: 5, outputs: 6 }
      ]),
      3
    )
    expect(accpar.levels[0]!.elements).toBeLessThanOrEqual(hypar.levels[0]!.elements)
    expect(accpar.totalElements).toBe(635)
    expect(hypar.totalElements).toBe(623.5)
  })
})

describe("the authors' networks, batch 512, seven levels", () => {
  // What linghaosong/AccPar chooses (dp_on_one_hierarchy and h_partition at 8f28c36, run by hand); elements are its com_cost of the level.
  it('AlexNet', () => {
    const { accpar, hypar } = comparePartitions(LayersFile.parse(alexnet), 7)
    expect(written(accpar)).toEqual('11111232 11111322 11111232 11111323 11111232 11132323 11112232'.split(' '))
    expect(accpar.levels.map(({ elements }) => elements)).toEqual([
      10811424, 9369632, 7534624, 6301728, 5640224, 4221984, 3551776
    ])
    expect(written(hypar)).toEqual('11111222 11111222 11111222 11111211 11111222 11112111 11122222'.split(' '))
    expect(hypar.levels.map(({ elements }) => elements)).toEqual([
      12908576, 10680352, 9566240, 8878112, 7426080, 6085664, 4490272
    ])
  })

  it('VGG-11', () => {
    const { accpar, hypar } = comparePartitions(vgg11, 7)
    expect(written(accpar)).toEqual(
      '11111111232 11111111232 11111111223 11111111322 11111112323 11111132232 11113223232'.split(' ')
    )
    expect(accpar.levels.map(({ elements }) => elements)).toEqual([
      20346560, 17135296, 15017664, 12668608, 11658944, 9427648, 7494336
    ])
    expect(written(hypar)).toEqual(
      '11111111222 11111111222 11111111222 11111111211 11111111222 11111112211 11111122122'.split(' ')
    )
    expect(hypar.levels.at(-1)!.elements).toBe(8897216)
  })

  it('ResNet-18 and ResNet-50 as the released code has it', () => {
    const eighteen = comparePartitions(authorsResnet(18), 7, true)
    expect(written(eighteen.accpar)).toEqual([
      '111111111111111112',
      '111111111111111112',
      '111111111111111113',
      '111111111111132322',
      '111111111111111111',
      '111111111111123233',
      '111111111323232322'
    ])
    expect(written(eighteen.hypar).slice(4)).toEqual(['111111111111122221', '111111111111122222', '111111111111111111'])
    const fifty = comparePartitions(authorsResnet(50), 7, true)
    expect(written(fifty.accpar).slice(4)).toEqual([
      '11111111111111111111111111111111111111111231231232',
      '11111111111111111111111111111111111111111311311313',
      '11111111111111111111111111111111111111113232233232'
    ])
    expect(written(fifty.hypar).at(-1)).toBe('11111111111111111111111111111111111111111222222221')
  })

  it('never exchanges more at a level than the released code where both cut the same parts', () => {
    for (const depth of [18, 50] as const) {
      const network = authorsResnet(depth)
      const [ours, theirs] = [comparePartitions(network, 1), comparePartitions(network, 1, true)]
      expect(ours.accpar.totalElements).toBeLessThanOrEqual(theirs.accpar.totalElements)
    }
  })
})

describe("the authors' text format", () => {
  const text = `num_layers 2
conv1 CONV
in_ch 3
in_fmap_h 224
in_fmap_w 220
kernel 11
out_ch 96
out_fmap_h 55
out_fmap_w 54
pool 1
fc1 FC
in_ch 9216
out_ch 4096
`
  it('is read as the same layers', () => {
    expect(parseAuthorsFormat(text, 16, 'layers')).toEqual(
      file(16, [
        {
          kind: 'conv',
          name: 'conv1',
          inputs: 3,
          outputs: 96,
          kernel: 11,
          inputSize: [224, 220],
          outputSize: [55, 54]
        },
        { kind: 'fc', name: 'fc1', inputs: 9216, outputs: 4096 }
      ])
    )
  })

  test.each([
    ['in_fmap_w 220', 'in_fmap_w many', "line 5: 'in_fmap_w many'"],
    ['kernel 11\n', '', "line 6: 'out_ch 96' stands where 'kernel'"],
    ['fc1 FC', 'fc1 RNN', "line 11: layer 'fc1' is 'RNN'"],
    ['num_layers 2', 'num_layers 1', "line 11: 'fc1 FC' comes after the 1 layers"]
  ])('names the line when %j is %j', (right, wrong, message) => {
    expect(() => parseAuthorsFormat(text.replace(right, wrong), 16, 'layers')).toThrow(message)
  })
})

describe('shapes that do not fit', () => {
  const told = (one: LayersFile) => misfits(one, layerNetwork(one))
  it('are told: a layer of other inputs than the one before it has outputs', () => {
    const wide = { kind: 'fc' as const, name: 'c', inputs: 9, outputs: 4 }
    expect(told(file(2, [...two.layers, wide]))).toEqual(["'c' has 9 inputs and 'b' 4 outputs"])
  })

  it('are none in the samples, nor where several layers side by side fill one', () => {
    for (const sample of [alexnet, vgg16, resnet18]) expect(told(LayersFile.parse(sample))).toEqual([])
    const joined = { kind: 'fc' as const, name: 'c', inputs: 20, outputs: 4 }
    const edges = [
      ['a', 'c'],
      ['b', 'c'],
      ['a', 'b']
    ]
    expect(told(file(2, [...two.layers, joined], { edges }))).toEqual([])
  })
})

describe('edges that cannot be', () => {
  const chain = two.layers
  test.each([
    [{ shortcuts: [['b', 'a']] }, /shortcuts\[0\] is from 'b' to 'a': the layer that reads must be listed after/],
    [{ shortcuts: [['a', 'b']] }, /joined already/],
    [{ edges: [['a', 'bb']] }, /edges\[0\] .* no layer is called 'bb'; did you mean 'b'\?/]
  ])('%j', (rest, message) => {
    expect(() => layerNetwork(file(1, chain, rest))).toThrow(message)
  })

  it('two layers of one name, and shortcuts beside edges', () => {
    expect(() => layerNetwork(file(1, [chain[0]!, chain[0]!]))).toThrow(/both called 'a'/)
    expect(LayersFile.safeParse({ ...two, edges: [], shortcuts: [] }).success).toBe(false)
  })
})

describe('tmac accpar', () => {
  const sample = 'resources/samples/layers/alexnet.json'
  it('prints both partitions as JSON and as tables', async () => {
    const { code, out } = await runCli(['accpar', '--layers', sample, '--levels', '2', '--json'])
    expect(code).toBe(0)
    const result = JSON.parse(out)
    expect(result).toMatchObject({ schema: 'tmac.accpar/1', batch: 512, algorithm: 'paper', accelerators: 4 })
    for (const key of ['accpar', 'hypar'])
      for (const { types, elements, intraElements, interElements } of result[key].levels) {
        expect(Object.keys(types)).toHaveLength(8)
        expect(intraElements + interElements).toBe(elements)
      }
    expect(result.accpar.levels[0].types).toMatchObject({ conv1: 'I', fc1: 'II', fc2: 'III', fc3: 'II' })
    const text = await runCli(['accpar', '--layers', sample, '--levels', '2'])
    expect(text.out).toMatch(/1 +1 +10,811,424/)
  })

  test.each([
    [['--levels', '2'], /--layers FILE' is missing/],
    [['--layers', sample], /--levels N' is missing/],
    [['--layers', sample, '--levels', '0'], /whole number from 1 to 30/],
    [['--layers', 'nowhere.json', '--levels', '1'], /does not exist/]
  ])('refuses %j', async (args, message) => {
    const { code, err } = await runCli(['accpar', ...args])
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})
