import { Hono } from 'hono'
import * as v from 'valibot'
import { faultKinds, findFaultKind } from '../faults/catalog.ts'
import type { FaultKind, PreparedFault } from '../faults/fault.ts'
import type { ControlParts } from './control-parts.ts'
import { ControlRefusal, readControlBody, toRefusal } from './control-refusal.ts'
import { FaultOrder } from './schemas.ts'
import { toActiveFaultView } from './views.ts'

export function createFaultRoutes({ faults }: ControlParts): Hono {
  const routes = new Hono()

  routes.get('/faults', (context) =>
    context.json({
      active: faults.list().map(toActiveFaultView),
      available: faultKinds.map(({ name, summary, stage }) => ({ name, summary, stage })),
    }),
  )
  routes.post('/faults', async (context) => {
    const { name, parameters, match, times } = await readControlBody(context, FaultOrder)
    const kind = findFaultKind(name)
    if (!kind) throw new ControlRefusal(400, 'fault_unknown', `There is no fault named ${name}.`, 'body.name')
    if (match.status !== undefined && kind.stage !== 'after') {
      const message = `${name} strikes before there is a status to match.`
      throw new ControlRefusal(400, 'invalid_value', message, 'body.match.status')
    }
    const fault = faults.add(name, prepare(kind, parameters), match, times)
    return context.json(toActiveFaultView(fault), 201)
  })
  routes.delete('/faults', (context) => {
    faults.clear()
    return context.body(null, 204)
  })
  routes.delete('/faults/:id', (context) => {
    if (faults.remove(context.req.param('id'))) return context.body(null, 204)
    throw new ControlRefusal(404, 'fault_not_found', 'No such fault is in force.', 'path.id')
  })
  return routes
}

function prepare(kind: FaultKind, parameters: unknown): PreparedFault {
  try {
    return kind.prepare(parameters)
  } catch (error) {
    if (error instanceof v.ValiError) throw toRefusal(error.issues[0], 'body.parameters')
    throw error
  }
}
