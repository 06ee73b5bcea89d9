"""Runs a program in a pseudo-terminal; each step waits for a text, then types keys or changes the window's width."""

import fcntl, json, os, pty, select, struct, sys, termios, time

steps = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])


def resize(columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


resize(80)
deadline = time.monotonic() + 30
seen = b""
position = 0
while time.monotonic() < deadline:
    if steps:
        found = seen.find(steps[0][0].encode(), position)
        if found >= 0:
            wanted, keys = steps.pop(0)
            position = found + len(wanted.encode())
            if keys.startswith("window "):
                resize(int(keys[7:]))
            else:
                os.write(terminal, keys.encode("latin1"))
            continue
    if not select.select([terminal], [], [], 1)[0]:
        continue
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    seen += chunk
sys.stdout.buffer.write(seen)
sys.stdout.flush()
if steps:
    sys.exit("never seen: " + repr(steps[0][0]))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
