import * as v from 'valibot'

/** A page of the history, newest first (§13). Entities are parsed one by one, so that one bad one costs one. */
export const HistoryPage = v.object({
  entities: v.array(v.unknown()),
  pageSize: v.nullish(v.number()),
  pageNumber: v.nullish(v.number()),
  total: v.nullish(v.number()),
  pageCount: v.nullish(v.number()),
})
export type HistoryPage = v.InferOutput<typeof HistoryPage>
