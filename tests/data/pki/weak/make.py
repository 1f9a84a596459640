#!/usr/bin/env python3
"""Makes signing requests with weak RSA keys, with nothing but Python's standard library.

    cd tests/data/pki/weak && python3 make.py

Every run makes the same files: the numbers come from a seed. The keys are broken on purpose, and
their factors can be computed from this script. Each request is for www.example.com and is signed
with its own key (SHA-256, PKCS #1 v1.5), except where its key can't sign.
"""

import base64
import hashlib
import math
import random

chance = random.Random("weak keys of cert-lifecycle")


SMALL = [n for n in range(2, 1000) if all(n % m for m in range(2, n))]


def is_prime(number):
    if number < 2 or any(number % small == 0 and number != small for small in SMALL):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(12):
        power = pow(chance.randrange(2, max(3, number - 1)), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def prime(bits, fits=lambda number: True):
    """A prime with its two highest bits set, so that a product of two has all its bits."""
    while True:
        number = chance.getrandbits(bits) | 3 << (bits - 2) | 1
        if fits(number) and is_prime(number):
            return number


def after(number):
    """The next prime."""
    number += 1 + number % 2
    while not is_prime(number):
        number += 2
    return number


def round_of(p, q):
    """The round in which Fermat's method splits p times q."""
    floor = math.isqrt(p * q)
    first = floor if floor * floor == p * q else floor + 1
    return (p + q) // 2 - first + 1


def close(bits, rounds):
    """Two primes that Fermat's method finds in this very round."""
    p = prime(bits)
    # A round r needs b^2 of about 2 a (r - 1/2), where a is near p and b is half the difference.
    q = after(p + 2 * math.isqrt(p * (2 * rounds - 1)))
    while round_of(p, q) > rounds:
        q = after(q - chance.randrange(1 << (bits // 2)))
    while round_of(p, q) < rounds:
        q = after(q + chance.randrange(1 << (bits // 2 - 12)))
    assert round_of(p, q) == rounds and p != q
    return p, q


def roca(bits):
    """A prime as the generator of CVE-2017-15361 makes it: k M + 65537^a mod M."""
    # For keys of 2048 bits, M is the product of the first 126 primes (Nemec et al., 2017).
    modulus = math.prod(SMALL[:126])
    while True:
        k = chance.getrandbits(bits - modulus.bit_length() + 1)
        number = k * modulus + pow(65537, chance.getrandbits(256), modulus)
        if number.bit_length() == bits and number >> (bits - 2) == 3 and is_prime(number):
            return number


def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(length)]) + length + body


def integer(value):
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    body = bytes([40 * first + second])
    for arc in rest:
        digits = [arc % 128]
        while arc := arc // 128:
            digits.insert(0, 128 + arc % 128)
        body += bytes(digits)
    return der(6, body)


def request(name, modulus, exponent, secret=None):
    """Writes a request; without a secret exponent the signature is as long as it must be, and wrong."""
    null = der(5)
    key = der(0x30, integer(modulus), integer(exponent))
    spki = der(0x30, der(0x30, oid("1.2.840.113549.1.1.1"), null), der(3, b"\0" + key))
    common_name = der(0x30, oid("2.5.4.3"), der(12, b"www.example.com"))
    info = der(0x30, integer(0), der(0x30, der(0x31, common_name)), spki, der(0xA0))
    size = (modulus.bit_length() + 7) // 8
    digest = der(0x30, oid("2.16.840.1.101.3.4.2.1"), null)
    hashed = der(0x30, digest, der(4, hashlib.sha256(info).digest()))
    padded = b"\0\1" + b"\xff" * (size - 3 - len(hashed)) + b"\0" + hashed
    signature = pow(int.from_bytes(padded, "big"), secret, modulus) if secret else modulus - 1
    signed = der(3, b"\0" + signature.to_bytes(size, "big"))
    whole = der(0x30, info, der(0x30, oid("1.2.840.113549.1.1.11"), null), signed)
    text = base64.b64encode(whole).decode()
    with open(f"{name}.csr", "w", encoding="ascii") as file:
        file.write("-----BEGIN CERTIFICATE REQUEST-----\n")
        for at in range(0, len(text), 64):
            file.write(text[at : at + 64] + "\n")
        file.write("-----END CERTIFICATE REQUEST-----\n")


def signed(name, p, q, exponent=65537):
    request(name, p * q, exponent, pow(exponent, -1, math.lcm(p - 1, q - 1)))


def divisible(factor, bits):
    """The other prime of a modulus of so many bits that a factor divides."""
    least, limit = (1 << (bits - 1)) // factor + 1, (1 << bits) // factor
    while True:
        other = chance.randrange(least, limit) | 1
        if (other - 1) % 65537 and is_prime(other):
            return other


# The flawed generator.
signed("roca", roca(1024), roca(1024))

# Primes that lie close together: neighbours, and the last and the first round on either side of 100.
neighbour = prime(1024)
signed("close-primes", neighbour, after(neighbour))
for rounds in (100, 101):
    signed(f"close-primes-{rounds}", *close(1024, rounds))

# Small factors; 757 is the first prime that the Baseline Requirements let pass.
for factor in (2, 3, 751, 757):
    signed(f"factor-{factor}", factor, divisible(factor, 2048))

# Public exponents. With 1 the signature is the padded digest itself; with 2 there is none.
p, q = (prime(1024, lambda number: number % 3 == 2) for _ in range(2))
for exponent in (1, 3, 65537):
    signed(f"exponent-{exponent}", p, q, exponent)
request("exponent-2", p * q, 2)
wide = 2**256 + 1
while math.gcd(wide, (p - 1) * (q - 1)) > 1:
    p = prime(1024)
signed("exponent-wide", p, q, wide)

# The longest modulus that is examined, and one that is not; nobody knows their factors.
for bits in (8192, 16384):
    request(f"modulus-{bits}", chance.getrandbits(bits) | 1 << (bits - 1) | 1, 65537)
