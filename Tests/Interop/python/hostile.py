"""A server that is sent what no honest client sends, and stays up and serves the others."""

import sys

from checks import run
from server import serving

import hostile_frames
import hostile_grpc

with serving() as server:
    sys.exit(run(server))
