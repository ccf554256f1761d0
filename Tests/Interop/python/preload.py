"""Builds the libraries that stand between a program and the C library (LD_PRELOAD)."""

import os
import shutil
import subprocess


def library(source, directory):
    """Compiles a source file into a library in the directory; returns its path."""
    path = os.path.join(directory, os.path.basename(source).removesuffix(".c") + ".so")
    compiler = "cc" if shutil.which("cc") else "clang"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-Wall", "-o", path, source, "-ldl"], check=True)
    return path
