"""A server that is sent what no honest client sends, and stays up and serves the others."""

import sys
import tempfile

from checks import run
from server import serving

import hostile_frames
import hostile_grpc
import hostile_http
import hostile_floods
import hostile_silence

with (serving() as server, serving() as silent, tempfile.TemporaryDirectory() as keys,
      hostile_floods.prepared(server) as floods):
    silence = hostile_silence.begin(silent, keys)
    with silence[0]:
        sys.exit(run(server, floods, silence))
