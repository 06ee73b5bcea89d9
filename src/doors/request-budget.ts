/** How often each address may ask: a bucket of tokens for each, refilled with time. */

export interface RequestBudget {
  /** Takes one token of that address; false when none is left. `now`: milliseconds. */
  take(address: string, now: number): boolean
}

interface Bucket {
  tokens: number
  at: number // ms
}

/** Addresses remembered. One forgotten starts with a full bucket, so a full map forgives and never refuses. */
const maxAddresses = 4096

/** `perSecond` in the long run, `burst` at once. */
export function createRequestBudget(perSecond: number, burst: number): RequestBudget {
  const buckets = new Map<string, Bucket>()

  function bucketOf(address: string, now: number): Bucket {
    const known = buckets.get(address)
    if (known !== undefined) return known
    if (buckets.size >= maxAddresses) {
      const [oldest = ''] = buckets.keys()
      buckets.delete(oldest)
    }
    const bucket = { tokens: burst, at: now }
    buckets.set(address, bucket)
    return bucket
  }

  function take(address: string, now: number): boolean {
    const bucket = bucketOf(address, now)
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * perSecond) / 1000)
    bucket.at = now
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }

  return { take }
}
