#!/bin/sh
# The worker of the end-to-end tests, as test/run.sh has compiled it: END_TO_END_WORKER names this file. Each gate that a step waits at
# takes a thread.
UV_THREADPOOL_SIZE=64 exec node "$(dirname "$0")/../../../../.build/typescript/test/test/worker/worker.js"
