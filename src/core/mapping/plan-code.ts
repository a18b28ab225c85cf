import { Problem } from '../problem.ts'
import { nearest } from '../nearest.ts'
import type { LayerClass, Step } from '../workload/operator.ts'
import { LAYOUT_COUNT, ROLE_COUNT, residualNames, roleCode, roleName, rolesOf } from './axis-roles.ts'
import type { Plan } from './mapping.ts'
import type { MeshAxis } from './region.ts'

/** A plan as the engine works on it: digits per axis packed into one number per step, one bit per optional stored tensor. */
export interface PlanCode {
  readonly layerClass: number
  readonly residual: number
  readonly roles: readonly number[]
  /** Per step: bit i is set where the step's i-th optional stored tensor is recomputed. */
  readonly recompute: readonly number[]
  /** Per step: bit i is set where the step's i-th stored tensor is offloaded; undefined where nothing is. */
  readonly offload?: readonly number[]
}

/** Stored tensors of a step that a plan may choose to recompute, in bit order. */
export const optionalTensors = (step: Step): readonly Step['stored'][number][] =>
  step.stored.filter((tensor) => tensor.unit !== undefined)

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ')

function packRoles(name: string, step: Step, plan: Plan, axes: readonly MeshAxis[], where: string): number {
  const layout = plan.operators[step.main.name]
  if (!layout)
    throw new Problem('illegal-mapping', `${where}: operator '${step.main.name}' has no layout`, `${where}.operators`)
  const legal = rolesOf(step.main)
  const surplus = Object.keys(layout).find((axis) => !axes.some((known) => known.name === axis))
  if (surplus)
    throw new Problem(
      'illegal-mapping',
      `${where}: operator '${step.main.name}' names axis '${surplus}', but the region's axes are ${quoted(axes.map((axis) => axis.name)) || 'none (one die)'}`,
      `${where}.operators.${step.main.name}.${surplus}`
    )
  return axes.reduceRight((code, axis) => {
    const role = layout[axis.name]
    if (role === undefined)
      throw new Problem(
        'illegal-mapping',
        `${where}: operator '${step.main.name}' of ${name} says nothing of axis '${axis.name}' (${axis.size} dies)`,
        `${where}.operators.${step.main.name}`
      )
    const digit = roleCode(step.main, role)
    if (digit === undefined)
      throw new Problem(
        'illegal-mapping',
        `${where}: operator '${step.main.name}' cannot be '${role}' on axis '${axis.name}'; it can be ${quoted(legal.map(roleName))}`,
        `${where}.operators.${step.main.name}.${axis.name}`
      )
    return code * ROLE_COUNT + digit
  }, 0)
}

/** @throws Problem `illegal-mapping` naming the operator, the axis, the value and what is allowed */
export function encodePlan(
  plan: Plan,
  layer: LayerClass,
  layerClass: number,
  axes: readonly MeshAxis[],
  where: string
): PlanCode {
  const operators = layer.steps.map((step) => step.main.name)
  const stranger = Object.keys(plan.operators).find((name) => !operators.includes(name))
  if (stranger)
    throw new Problem(
      'illegal-mapping',
      `${where}: '${stranger}' is no operator of a ${layer.name} layer; those are ${quoted(operators)}`,
      where
    )
  const tensors = layer.steps.flatMap((step) => optionalTensors(step).map((tensor) => tensor.name))
  for (const name of plan.recompute)
    if (!tensors.includes(name)) {
      const guess = nearest(name, tensors)
      throw new Problem(
        'illegal-mapping',
        `${where}: '${name}' is no stored tensor of a ${layer.name} layer that can be recomputed${guess ? `; did you mean '${guess}'?` : ''}`,
        `${where}.recompute`
      )
    }
  const surplus = Object.keys(plan.residual).find((axis) => !axes.some((known) => known.name === axis))
  if (surplus)
    throw new Problem(
      'illegal-mapping',
      `${where}: the residual stream names axis '${surplus}', but the region's axes are ${quoted(axes.map((axis) => axis.name)) || 'none (one die)'}`,
      `${where}.residual.${surplus}`
    )
  const offloadable = layer.steps.flatMap(({ stored }) =>
    stored.filter(({ category }) => category === 'activation').map(({ name }) => name)
  )
  for (const name of plan.offload ?? []) {
    if (!offloadable.includes(name)) {
      const guess = nearest(name, offloadable)
      throw new Problem(
        'illegal-mapping',
        `${where}: '${name}' is no stored tensor of a ${layer.name} layer that can be offloaded${guess ? `; did you mean '${guess}'?` : ''}`,
        `${where}.offload`
      )
    }
    if (plan.recompute.includes(name))
      throw new Problem(
        'illegal-mapping',
        `${where}: '${name}' is both recomputed and offloaded; choose one`,
        `${where}.offload`
      )
  }
  const offload = plan.offload ?? []
  const residual = axes.reduceRight((code, axis) => {
    const state = plan.residual[axis.name]
    const digit = residualNames.indexOf(state ?? 'replicated')
    if (state === undefined)
      throw new Problem(
        'illegal-mapping',
        `${where}: the residual stream has no layout on axis '${axis.name}'`,
        `${where}.residual`
      )
    return code * LAYOUT_COUNT + digit
  }, 0)
  return {
    layerClass,
    residual,
    roles: layer.steps.map((step) => packRoles(layer.name, step, plan, axes, where)),
    recompute: layer.steps.map((step) =>
      optionalTensors(step).reduce(
        (bits, tensor, bit) => bits | (plan.recompute.includes(tensor.name) ? 1 << bit : 0),
        0
      )
    ),
    ...(offload.length > 0 && {
      offload: layer.steps.map(({ stored }) =>
        stored.reduce((bits, tensor, bit) => bits | (offload.includes(tensor.name) ? 1 << bit : 0), 0)
      )
    })
  }
}

/** The readable form of a plan code; the inverse of {@link encodePlan}. */
export function decodePlan(code: PlanCode, layer: LayerClass, axes: readonly MeshAxis[]): Plan {
  const digits = <Name>(packed: number, base: number, name: (digit: number) => Name): Record<string, Name> => {
    const named: Record<string, Name> = {}
    for (const axis of axes) {
      named[axis.name] = name(packed % base)
      packed = Math.floor(packed / base)
    }
    return named
  }
  return {
    residual: digits(code.residual, LAYOUT_COUNT, (digit) => residualNames[digit]!),
    operators: Object.fromEntries(
      layer.steps.map((step, index) => [step.main.name, digits(code.roles[index]!, ROLE_COUNT, roleName)])
    ),
    recompute: layer.steps.flatMap((step, index) =>
      optionalTensors(step).flatMap((tensor, bit) => (code.recompute[index]! & (1 << bit) ? [tensor.name] : []))
    ),
    ...(code.offload && {
      offload: layer.steps.flatMap(({ stored }, index) =>
        stored.flatMap((tensor, bit) => (code.offload![index]! & (1 << bit) ? [tensor.name] : []))
      )
    })
  }
}

/** A key that is equal for equal plan codes. */
export const planKey = (code: PlanCode): string =>
  `${code.layerClass}:${code.residual}:${code.roles.join(',')}:${code.recompute.join(',')}:${code.offload?.join(',') ?? ''}`
