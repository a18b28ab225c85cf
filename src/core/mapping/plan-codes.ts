import type { Workload } from '../workload/workload.ts'
import type { Plan } from './mapping.ts'
import { encodePlan, type PlanCode } from './plan-code.ts'
import type { MeshAxis } from './region.ts'

/** Codes of the plans of mappings that share a region, each made once for every plan object. Plans are never changed in place. */
export class PlanCodes {
  readonly #workload: Workload
  readonly #axes: readonly MeshAxis[]
  /** The last class of layers that a plan was asked for; it hardly ever is for two. */
  readonly #known = new WeakMap<Plan, PlanCode>()

  constructor(workload: Workload, axes: readonly MeshAxis[]) {
    this.#workload = workload
    this.#axes = axes
  }

  /**
   * @param layerClass index of the class of layers that the plan is for; @param where names the plan in errors
   * @throws Problem `illegal-mapping`
   */
  of(plan: Plan, layerClass: number, where: string): PlanCode {
    const known = this.#known.get(plan)
    if (known?.layerClass === layerClass) return known
    const code = encodePlan(plan, this.#workload.classes[layerClass]!, layerClass, this.#axes, where)
    this.#known.set(plan, code)
    return code
  }
}
