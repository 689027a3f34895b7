/** A cost for each 10,000 jobs. */
export function perTenThousand(cost: number, jobs: number): number {
  return (cost * 10_000) / jobs;
}
