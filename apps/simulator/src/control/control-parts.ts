import type { RestDoorParts } from '../rest/rest-door.ts'
import type { RunningScenarios } from '../scenarios/running-scenarios.ts'

/** What the control API looks into and changes. */
export interface ControlParts extends RestDoorParts {
  readonly scenarios: RunningScenarios
}
