/** The program and the paper whose problem it takes up, for a list of literature. */
export const bibtex = (version: string): string => `@software{tmac-workbench,
  title   = {TMAC Workbench},
  author  = {{The TMAC Workbench authors}},
  version = {${version}},
  license = {Apache-2.0}
}

@article{tmac,
  title   = {TMAC: Training-Targeted Mapping and Architecture Co-Exploration for Wafer-Scale Chips},
  author  = {Wang, Huizheng and Yang, Qize and Wei, Taiquan and Yu, Xingmao and Li, Chengran and Fang, Jiahao and
             Lu, Guangyang and Dai, Xu and Liu, Liang and Jiang, Shenfei and Hu, Yang and Yin, Shouyi and Wei, Shaojun},
  journal = {Integrated Circuits and Systems},
  volume  = {1},
  number  = {4},
  pages   = {178--195},
  year    = {2024},
  doi     = {10.23919/ICS.2024.3515003}
}
`
