/** The status page: where it begins. */

import { render } from 'preact'
import type { PhoneLine } from '../api/shapes.js'

const none: readonly PhoneLine[] = []
const place = document.getElementById('page')
if (place !== null) render(<p>{none.length} phones</p>, place)
