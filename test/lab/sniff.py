"""Prints the UDP datagrams that pass an interface, one a line: SOURCE.PORT > TARGET.PORT PAYLOAD in hexadecimal.

tcpdump changes its user when root runs it, which the root of a user namespace cannot.
"""

import socket
import sys

frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))  # ETH_P_ALL
frames.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
frames.bind((sys.argv[1], 0))
print("listening", flush=True)
while True:
    frame = frames.recv(65535)
    if frame[12:14] != b"\x08\x00" or frame[23] != 17:  # IPv4, UDP
        continue
    udp = 14 + (frame[14] & 15) * 4
    source, target = socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])
    ports = [int.from_bytes(frame[at : at + 2], "big") for at in (udp, udp + 2)]
    print(f"{source}.{ports[0]} > {target}.{ports[1]} {frame[udp + 8 :].hex()}", flush=True)
