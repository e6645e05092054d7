import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes a minute or more, mostly of waiting. */
const LONG = /\/apps\/bff\/test\/(drops|crash-points|soak|guest-token)\.test\.ts$/

/** Starts what takes long before all else, on a fresh clone too, where it is not known yet how long anything takes. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}
