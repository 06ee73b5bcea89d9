/**
 * A claim on one file of the state folder that dies with its process: a listening Unix socket beside it.
 *
 * Whoever can connect to it finds it held; after any death, SIGKILL included, the kernel refuses the connection.
 * Unlike a file with a process number it is right across network and process namespaces (containers that share the
 * folder) and after a reboot; unlike an abstract socket it belongs to the folder. Its limits: one kernel (not two
 * hosts on one NFS share), and a file system that knows sockets.
 */

import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { diskError, errorCode } from './disk-error.js'

const longestSocketPath = 100 // bytes; sun_path holds 107, and libuv cuts a longer one off without a word

export interface Lock {
  release(): Promise<void>
}

/** Rejects when another living process (or this one) holds it. */
export async function lockFile(folder: string, file: string): Promise<Lock> {
  const prefix = `${file}.lock-`
  const name = prefix + randomBytes(8).toString('hex')
  const handle = await open(folder, 'r')
  const at = (name: string) => socketPath(folder, handle, name)
  try {
    const server = await listen(at(name)).catch(error => {
      throw diskError('make a socket in', folder, error)
    })
    try {
      await lookAround(folder, prefix, name, at)
    } catch (error) {
      await close(server)
      throw error
    }
    return { release: () => close(server).finally(() => handle.close()) }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * Our socket listens already when we look for others, so of two that start at once at least one sees the other.
 * Names are never used twice: removing a dead one cannot hit its successor.
 */
async function lookAround(folder: string, prefix: string, own: string, at: (name: string) => string): Promise<void> {
  const names = (await readdir(folder)).filter(name => name.startsWith(prefix))
  if (!names.includes(own)) throw new Error(`${folder}: another option66 starts there at this moment; try again`)
  for (const name of names) {
    if (name === own) continue
    if (await isHeld(at(name))) {
      throw new Error(`${folder} is in use by another option66 (it holds ${name} there); stop that one first`)
    }
    await rm(join(folder, name), { force: true })
  }
}

function socketPath(folder: string, handle: FileHandle, name: string): string {
  const path = join(folder, name)
  return Buffer.byteLength(path) <= longestSocketPath ? path : `/proc/self/fd/${handle.fd}/${name}`
}

function isHeld(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    // Anything but a plain refusal (a full backlog, no permission) may be a living holder.
    socket.once('error', error => resolve(!['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(errorCode(error) ?? '')))
  })
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(socket => socket.destroy())
    server.once('error', reject)
    server.listen(path, () => {
      // Later errors are of accept(2), out of file descriptors: the claim stands all the same.
      server.removeListener('error', reject).on('error', () => undefined)
      server.unref()
      resolve(server)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
  })
}
