/** Requests that a client sends ahead of our answers (RFC 9112 §9.3.2): each waits until those before it are answered. */

import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'

/** No phone sends any ahead; one costs some kilobytes. */
const mostWaiting = 8 // of one connection

/**
 * Node tells only the response at the head that its connection is gone. Those behind it would wait for ever, with the files
 * that they hold open; so nothing is done for them before their turn. Who sends too many ahead is cut off.
 */
export function inTurn(listener: RequestListener): RequestListener {
  const waiting = new Map<Socket, (() => void)[]>() // of each connection with an answer under way

  function next(socket: Socket): void {
    const begin = socket.destroyed ? undefined : waiting.get(socket)?.shift()
    if (begin === undefined) waiting.delete(socket)
    else begin()
  }

  return (request, response) => {
    const { socket } = request
    const begin = (): void => {
      response.once('close', () => next(socket))
      listener(request, response)
    }
    const queue = waiting.get(socket)
    if (queue === undefined) {
      waiting.set(socket, [])
      begin()
    } else if (queue.length < mostWaiting) queue.push(begin)
    else socket.destroy()
  }
}
