#!/bin/bash
# Waits until the port of HOST:PORT accepts connections.
host=${1%:*}
port=${1#*:}
until (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null; do
    sleep 1
done
