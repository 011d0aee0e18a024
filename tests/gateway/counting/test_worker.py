"""The process that counts tokens: one line in, one line out."""

import subprocess
import sys

from salon.gateway.counting.vocabularies import folder_of


def test_it_answers_line_by_line_until_its_input_ends():
    asked = b'["o200k_base",["one two","three"]]\n["o200k_base",[]]\n'
    worker = [sys.executable, "-m", "salon.gateway.counting.worker"]
    done = subprocess.run(worker, input=asked, capture_output=True, timeout=120, check=True)
    assert done.stdout == (b"null\nnull\n" if folder_of("o200k_base") is None else b"[2,1]\n[]\n")
