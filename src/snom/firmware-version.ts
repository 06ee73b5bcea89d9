/** Firmware versions such as 7.3.30 or 8.7.5.35, put in order. No I/O. */

const form = /^\d{1,6}(?:\.\d{1,6}){1,4}$/

/** Two to five numbers with points between them. */
export function isVersion(text: string): boolean {
  return form.test(text)
}

/** Below 0 when `a` comes before `b`. Number by number: 7.3.9 before 7.3.15; 8.9.3 and 08.09.03.0 are the same. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  for (let place = 0; place < Math.max(left.length, right.length); place += 1) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

export function isBefore(version: string, bound: string): boolean {
  return compareVersions(version, bound) < 0
}

/** Whether both are of one line of releases: 8.7.5.35 and 8.7.4 are, 8.9.3 is of another. */
export function isSameLine(a: string, b: string): boolean {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  return left[0] === right[0] && (left[1] ?? 0) === (right[1] ?? 0)
}

function numbersOf(version: string): readonly number[] {
  return version.split('.').map(Number)
}
