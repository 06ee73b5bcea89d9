/** The value, which the test knows to be there; else the test ends here. */
export function some<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('expected a value, got undefined')
  return value
}
