#!/bin/sh
# Runs a program in a network of its own, where the kernel takes at most 64 kB for a reader who takes nothing. On loopback it
# is 4 MB, since segments are of 64 kB there; towards a reader who is far away it is about 100 kB. Needs Linux, unshare
# (util-linux) and ip (iproute2).
exec unshare --map-root-user --net sh -c '
  ip link set lo up && echo "4096 16384 65536" > /proc/sys/net/ipv4/tcp_wmem && exec "$@"
' sh "$@"
