/** A work of literature as it is cited. */
interface Work {
  readonly key: string
  readonly title: string
  readonly author: string
  readonly year: number
  /** Where it appeared, beside arXiv. */
  readonly booktitle?: string
}

/** Works by their number at arXiv. */
const WORKS: Readonly<Record<string, Work>> = {
  '1909.08053': {
    key: 'shoeybi2019megatron',
    title: 'Megatron-LM: Training Multi-Billion Parameter Language Models Using Model Parallelism',
    author: 'Shoeybi, Mohammad and others',
    year: 2019
  },
  '1910.02054': {
    key: 'rajbhandari2020zero',
    title: 'ZeRO: Memory Optimizations Toward Training Trillion Parameter Models',
    author: 'Rajbhandari, Samyam and Rasley, Jeff and Ruwase, Olatunji and He, Yuxiong',
    year: 2020,
    booktitle: 'SC'
  },
  '2005.14165': {
    key: 'brown2020language',
    title: 'Language Models are Few-Shot Learners',
    author: 'Brown, Tom B. and others',
    year: 2020,
    booktitle: 'NeurIPS'
  },
  '2006.16668': {
    key: 'lepikhin2020gshard',
    title: 'GShard: Scaling Giant Models with Conditional Computation and Automatic Sharding',
    author: 'Lepikhin, Dmitry and others',
    year: 2020
  },
  '2104.04473': {
    key: 'narayanan2021efficient',
    title: 'Efficient Large-Scale Language Model Training on GPU Clusters Using Megatron-LM',
    author: 'Narayanan, Deepak and others',
    year: 2021,
    booktitle: 'SC'
  },
  '2201.11990': {
    key: 'smith2022using',
    title: 'Using DeepSpeed and Megatron to Train Megatron-Turing NLG 530B, A Large-Scale Generative Language Model',
    author: 'Smith, Shaden and others',
    year: 2022
  },
  '2201.12023': {
    key: 'zheng2022alpa',
    title: 'Alpa: Automating Inter- and Intra-Operator Parallelism for Distributed Deep Learning',
    author: 'Zheng, Lianmin and others',
    year: 2022,
    booktitle: 'OSDI'
  },
  '2205.05198': {
    key: 'korthikanti2023reducing',
    title: 'Reducing Activation Recomputation in Large Transformer Models',
    author: 'Korthikanti, Vijay and others',
    year: 2023,
    booktitle: 'MLSys'
  },
  '2205.14135': {
    key: 'dao2022flashattention',
    title: 'FlashAttention: Fast and Memory-Efficient Exact Attention with IO-Awareness',
    author: 'Dao, Tri and others',
    year: 2022,
    booktitle: 'NeurIPS'
  },
  '2211.05100': {
    key: 'bigscience2022bloom',
    title: 'BLOOM: A 176B-Parameter Open-Access Multilingual Language Model',
    author: '{BigScience Workshop}',
    year: 2022
  },
  '2211.13878': {
    key: 'miao2023galvatron',
    title: 'Galvatron: Efficient Transformer Training over Multiple GPUs Using Automatic Parallelism',
    author: 'Miao, Xupeng and others',
    year: 2023,
    booktitle: 'VLDB'
  },
  '2302.13971': {
    key: 'touvron2023llama',
    title: 'LLaMA: Open and Efficient Foundation Language Models',
    author: 'Touvron, Hugo and others',
    year: 2023
  },
  '2307.02031': {
    key: 'wang2024improving',
    title: 'Improving Automatic Parallel Training via Balanced Memory Workload Optimization',
    author: 'Wang, Yujie and others',
    year: 2024
  },
  '2307.08691': {
    key: 'dao2023flashattention2',
    title: 'FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning',
    author: 'Dao, Tri',
    year: 2023
  },
  '2307.09288': {
    key: 'touvron2023llama2',
    title: 'Llama 2: Open Foundation and Fine-Tuned Chat Models',
    author: 'Touvron, Hugo and others',
    year: 2023
  },
  '2312.16436': {
    key: 'cai2024gemini',
    title: 'Gemini: Mapping and Architecture Co-exploration for Large-scale DNN Chiplet Accelerators',
    author: 'Cai, Jingwei and others',
    year: 2024,
    booktitle: 'HPCA'
  },
  '2401.04088': {
    key: 'jiang2024mixtral',
    title: 'Mixtral of Experts',
    author: 'Jiang, Albert Q. and others',
    year: 2024
  },
  '2401.06066': {
    key: 'dai2024deepseekmoe',
    title: 'DeepSeekMoE: Towards Ultimate Expert Specialization in Mixture-of-Experts Language Models',
    author: 'Dai, Damai and others',
    year: 2024
  },
  '2401.10241': {
    key: 'qi2024zero',
    title: 'Zero Bubble Pipeline Parallelism',
    author: 'Qi, Penghui and Wan, Xinyi and Huang, Guangxing and Lin, Min',
    year: 2024,
    booktitle: 'ICLR'
  },
  '2406.03868': {
    key: 'fang2024palm',
    title: 'PALM: A Efficient Performance Simulator for Tiled Accelerators with Large-scale Model Training',
    author: 'Fang, Jiahao and others',
    year: 2024
  },
  '2406.19580': {
    key: 'rashidi2024fred',
    title: 'FRED: A Wafer-scale Fabric for 3D Parallel DNN Training',
    author: 'Rashidi, Saeed and others',
    year: 2024
  },
  '2407.21783': {
    key: 'dubey2024llama3',
    title: 'The Llama 3 Herd of Models',
    author: 'Dubey, Abhimanyu and others',
    year: 2024
  },
  '2412.19437': { key: 'deepseek2024v3', title: 'DeepSeek-V3 Technical Report', author: '{DeepSeek-AI}', year: 2024 },
  '2512.12279': {
    key: 'wang2026watos',
    title: 'WATOS: Efficient LLM Training Strategies and Architecture Co-exploration for Wafer-scale Chip',
    author: 'Wang, Huizheng and others',
    year: 2026,
    booktitle: 'HPCA'
  },
  '2512.14256': {
    key: 'wang2026temp',
    title: 'TEMP: A Memory Efficient Physical-aware Tensor Partition-Mapping Framework on Wafer-scale Chips',
    author: 'Wang, Huizheng and others',
    year: 2026,
    booktitle: 'HPCA'
  }
}

/** A work that sources name without an identifier. */
const ACCPAR = {
  mark: /\bAccPar\b|Song et al\., HPCA 2020|HPCA 2020/,
  text: entry('inproceedings', 'song2020accpar', {
    title: 'AccPar: Tensor Partitioning for Heterogeneous Deep Learning Accelerators',
    author: 'Song, Linghao and others',
    booktitle: 'HPCA',
    year: '2020'
  })
}

export interface Reference {
  readonly key: string
  readonly text: string
}

function entry(kind: string, key: string, fields: Readonly<Record<string, string | undefined>>): Reference {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  return { key, text: `@${kind}{${key},\n${given.map(([name, value]) => `  ${name} = {${value}}`).join(',\n')}\n}` }
}

/** Signs that TeX takes for something else. */
const plain = (text: string): string => text.replaceAll(/[\\{}]/g, '').replaceAll(/[%&#_$]/g, (sign) => `\\${sign}`)

function ofArxiv(number: string, source: string): Reference {
  const arxiv = { eprint: number, archiveprefix: 'arXiv' }
  const work = WORKS[number]
  if (!work) return entry('misc', `arxiv-${number}`, { ...arxiv, note: plain(source) })
  const { key, title, author, year, booktitle } = work
  return entry(booktitle ? 'inproceedings' : 'misc', key, {
    title: `{${title}}`,
    author,
    booktitle,
    year: String(year),
    ...arxiv
  })
}

/**
 * The works that sources in words name: by arXiv number, by DOI, and AccPar, which has neither there.
 * @returns each once, in the order of their first mention, and how many distinct sources name none
 */
export function references(sources: readonly string[]): {
  readonly entries: readonly Reference[]
  readonly without: number
} {
  const entries = new Map<string, Reference>()
  let without = 0
  for (const source of new Set(sources)) {
    const found = [
      ...[...source.matchAll(/\b(\d{4}\.\d{5})\b/g)].map(([, number]) => ofArxiv(number!, source)),
      ...[...source.matchAll(/\b10\.\d{4,9}\/[\w.()/-]*\w/g)].map(([doi]) =>
        entry('misc', `doi-${doi.replaceAll(/[^\w.-]/g, '-')}`, { doi, note: plain(source.split(', secondary')[0]!) })
      ),
      ...(ACCPAR.mark.test(source) ? [ACCPAR.text] : [])
    ]
    if (found.length === 0) without++
    for (const one of found) if (!entries.has(one.key)) entries.set(one.key, one)
  }
  return { entries: [...entries.values()], without }
}
