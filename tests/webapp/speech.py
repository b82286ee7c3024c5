"""Opus in Ogg, written byte by byte (RFC 3533, RFC 7845): silence, for want of a voice."""

import struct

_SILENCE = b"\xf8\xff\xfe"  # 20 ms
_FRAMES = 50  # a second


def _crc(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def _page(number: int, flags: int, position: int, packets: list[bytes]) -> bytes:
    lengths = bytes(len(packet) for packet in packets)
    body = bytes([len(lengths)]) + lengths + b"".join(packets)
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, position, 1, number, 0)
    return head[:22] + struct.pack("<I", _crc(head + body)) + body


def speech(seconds: int) -> bytes:
    """Return some seconds of silence, at most five."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I6sI", 6, b"philos", 0)
    frames = seconds * _FRAMES
    return (
        _page(0, 2, 0, [head])
        + _page(1, 0, 0, [tags])
        + _page(2, 4, frames * 960, [_SILENCE] * frames)
    )
