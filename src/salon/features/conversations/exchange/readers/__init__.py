"""Readers: exports of Salon and of other programs become the neutral archive, in a process of their own.

Nothing here trusts what it reads, writes outside the folder it is given, runs anything or asks the network.
"""
