import { greeting } from './greeting.ts'
import type { Scenario } from './scenario.ts'

export const scenarios: readonly Scenario[] = [greeting]

export const findScenario = (id: string) => scenarios.find((scenario) => scenario.id === id)
