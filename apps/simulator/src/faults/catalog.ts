import type { FaultKind } from './fault.ts'

export const faultKinds: readonly FaultKind[] = []

export const findFaultKind = (name: string) => faultKinds.find((kind) => kind.name === name)
