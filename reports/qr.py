"""A QR code in microseconds: version 2, error correction M, upper-case letters and figures.

Everything in a QR code of a fixed version and mask is linear over GF(2): its modules are the exclusive-or of what each
data byte contributes. The contributions are worked out once per process, and a code is then a few exclusive-ors of big
integers. ISO/IEC 18004 lets the writer choose the mask; readers read it from the format bits.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

SIZE = 25
ROW_BITS = 32
LONGEST_CODE = 38

_DATA_BYTES = 28
_CHECK_BYTES = 16
_MASK = 3
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_FOREIGN = re.compile(r"[^0-9A-Z $%*+\-./:]")


def qr_text(text: str) -> str:
    """`text` as the code can carry it: upper-case ASCII of the alphanumeric mode, at most 38 characters."""
    return _FOREIGN.sub("", text.upper())[:LONGEST_CODE]


def qr_rows(text: str) -> str:
    """The 25 rows of the code for `text`, each as 8 hexadecimal digits (32 bits, the first 25 are modules, 1 is dark)."""
    modules = _template()
    for position, value in enumerate(_data_bytes(qr_text(text))):
        modules ^= _contribution(position, value)
    return f"{modules:0{SIZE * ROW_BITS // 4}x}"


def _data_bytes(text: str) -> bytes:
    bits, length = 0b0010, 4
    bits, length = bits << 9 | len(text), length + 9
    for start in range(0, len(text) - 1, 2):
        pair = _ALPHABET.index(text[start]) * 45 + _ALPHABET.index(text[start + 1])
        bits, length = bits << 11 | pair, length + 11
    if len(text) % 2:
        bits, length = bits << 6 | _ALPHABET.index(text[-1]), length + 6
    free = _DATA_BYTES * 8 - length
    end = min(4, free)
    fill = (-(length + end)) % 8
    bits, length = bits << (end + fill), length + end + fill
    padding = b"\xec\x11" * _DATA_BYTES
    return (bits.to_bytes(length // 8, "big") + padding)[:_DATA_BYTES]


@lru_cache(maxsize=_DATA_BYTES * 256)
def _contribution(position: int, value: int) -> int:
    """The modules that byte `value` at `position` turns, by itself and by its check bytes."""
    data = bytearray(_DATA_BYTES)
    data[position] = value
    codewords = bytes(data) + _check_bytes(bytes(data))
    modules = 0
    for index, cell in enumerate(_path()):
        byte, bit = divmod(index, 8)
        if byte < len(codewords) and codewords[byte] >> (7 - bit) & 1:
            modules |= _bit(*cell)
    return modules


@lru_cache(maxsize=1)
def _template() -> int:
    """Finder, alignment, timing and format modules, and the mask over the data modules."""
    modules = 0
    for row in range(SIZE):
        for column in range(SIZE):
            if _is_dark_pattern(row, column):
                modules |= _bit(row, column)
    for row, column in _format_cells():
        modules |= _bit(row, column)
    for row, column in _path():
        if (row + column) % 3 == 0:
            modules |= _bit(row, column)
    return modules


def _bit(row: int, column: int) -> int:
    return 1 << (SIZE * ROW_BITS - 1 - row * ROW_BITS - column)


def _is_dark_pattern(row: int, column: int) -> bool:
    for top, left in ((0, 0), (0, SIZE - 7), (SIZE - 7, 0)):
        if top <= row < top + 7 and left <= column < left + 7:
            return max(abs(row - top - 3), abs(column - left - 3)) != 2
    if max(abs(row - 18), abs(column - 18)) <= 2:
        return max(abs(row - 18), abs(column - 18)) != 1
    if 6 in (row, column) and 8 <= max(row, column) < SIZE - 8:
        return (row + column) % 2 == 0
    return (row, column) == (SIZE - 8, 8)


def _is_data(row: int, column: int) -> bool:
    at_finder = (row < 9 and column < 9) or (row < 9 and column >= SIZE - 8) or (row >= SIZE - 8 and column < 9)
    at_alignment = max(abs(row - 18), abs(column - 18)) <= 2
    return not (at_finder or at_alignment or 6 in (row, column))


@lru_cache(maxsize=1)
def _path() -> tuple[tuple[int, int], ...]:
    """The data modules in the order in which bits are laid: column pairs from the right, up and down in turn."""
    return tuple(_walk())


def _walk() -> Iterator[tuple[int, int]]:
    upwards = True
    for right in (24, 22, 20, 18, 16, 14, 12, 10, 8, 5, 3, 1):
        for row in range(SIZE - 1, -1, -1) if upwards else range(SIZE):
            for column in (right, right - 1):
                if _is_data(row, column):
                    yield row, column
        upwards = not upwards


def _format_cells() -> Iterator[tuple[int, int]]:
    """The dark modules of the format information (level M is 00), which is written twice."""
    rest = _MASK << 10
    for shift in range(4, -1, -1):
        if rest >> (shift + 10) & 1:
            rest ^= 0x537 << shift
    bits = (_MASK << 10 | rest) ^ 0x5412
    for index in range(15):
        if bits >> index & 1:
            yield (index if index < 6 else index + 1 if index < 8 else SIZE - 15 + index, 8)
            yield (8, SIZE - 1 - index if index < 8 else 7 if index == 8 else 14 - index)


def _check_bytes(data: bytes) -> bytes:
    """Reed-Solomon remainder of the data over GF(256) with x^8+x^4+x^3+x^2+1."""
    generator = _generator()
    remainder = bytearray(_CHECK_BYTES)
    for byte in data:
        factor = byte ^ remainder[0]
        remainder = remainder[1:] + b"\0"
        for index in range(_CHECK_BYTES):
            remainder[index] ^= _product(generator[index], factor)
    return bytes(remainder)


@lru_cache(maxsize=1)
def _generator() -> bytes:
    polynomial, root = [1], 1
    for _ in range(_CHECK_BYTES):
        longer = [*polynomial, 0]
        for index, coefficient in enumerate(polynomial):
            longer[index + 1] ^= _product(coefficient, root)
        polynomial, root = longer, _product(root, 2)
    return bytes(polynomial[1:])


@lru_cache(maxsize=65_536)
def _product(left: int, right: int) -> int:
    product = 0
    while right:
        if right & 1:
            product ^= left
        left = left << 1 ^ (0x11D if left & 0x80 else 0)
        right >>= 1
    return product
