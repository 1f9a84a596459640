//! What an RSA modulus shows of its making.
//!
//! Three searches, none of them secret: small factors by trial division, primes that lie close
//! together by Fermat's method, and the generator of CVE-2017-15361 (ROCA) by its discrete
//! logarithms. Reading a request must stay cheap, so each works on remainders modulo a few machine
//! words; only the square root of the modulus, and what passes the remainders, needs large numbers.

use num_bigint::BigUint;

use super::limits::Limits;
use crate::model::{FactorSearch, FermatSearch, RsaExponent, RsaFacts};

/// Every prime below this is tried as a factor, as the Baseline Requirements advise (§6.1.6).
const BOUND: u16 = 752;
/// How many odd primes that are.
const COUNT: usize = 132;
/// How many 64-bit words hold their products.
const WORDS: usize = 18;
/// The ROCA generator's smallest keys use the primes up to this one; larger keys use more.
const ROCA_LAST: u64 = 167;
/// What it raises to a secret power.
const ROCA_BASE: u64 = 65_537;

/// The odd primes below [`BOUND`].
const PRIMES: [u64; COUNT] = primes();

const fn primes() -> [u64; COUNT] {
    let mut found = [0; COUNT];
    let mut slots = found.as_mut_slice();
    let mut candidate = 3_u64;
    while let Some((slot, rest)) = slots.split_first_mut() {
        while !is_prime(candidate) {
            candidate = candidate.saturating_add(2);
        }
        *slot = candidate;
        candidate = candidate.saturating_add(2);
        slots = rest;
    }
    found
}

const fn is_prime(odd: u64) -> bool {
    let mut divisor = 3_u64;
    while divisor.saturating_mul(divisor) <= odd {
        if matches!(odd.checked_rem(divisor), Some(0) | None) {
            return false;
        }
        divisor = divisor.saturating_add(2);
    }
    true
}

/// The product of consecutive primes that fit into a word.
#[derive(Clone, Copy)]
struct Word {
    product: u64,
    /// The inverse of the product modulo 2^64.
    inverse: u64,
    /// How many primes.
    primes: usize,
}

const PRODUCTS: [Word; WORDS] = products();

const fn products() -> [Word; WORDS] {
    let mut words = [Word {
        product: 1,
        inverse: 1,
        primes: 0,
    }; WORDS];
    let mut slots = words.as_mut_slice();
    let mut rest = PRIMES.as_slice();
    while let Some((word, more)) = slots.split_first_mut() {
        while let Some((prime, others)) = rest.split_first()
            && let Some(product) = word.product.checked_mul(*prime)
        {
            word.product = product;
            word.primes = word.primes.saturating_add(1);
            rest = others;
        }
        word.inverse = inverse(word.product);
        slots = more;
    }
    words
}

/// The inverse of an odd number modulo 2^64: each step doubles the bits that are right.
const fn inverse(odd: u64) -> u64 {
    let mut found = odd;
    let mut bits = 3_u32;
    while bits < u64::BITS {
        found = found.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(found)));
        bits = bits.saturating_mul(2);
    }
    found
}

/// A prime, ready to be tried without a division: of the multiples of `inverse` modulo 2^64, those by
/// multiples of the prime are the ones up to `limit`.
#[derive(Clone, Copy)]
struct Divisor {
    prime: u64,
    inverse: u64,
    limit: u64,
}

impl Divisor {
    const fn of(odd: u64) -> Self {
        Self {
            prime: odd,
            inverse: inverse(odd),
            limit: match u64::MAX.checked_div(odd) {
                Some(limit) => limit,
                None => 0,
            },
        }
    }

    const fn divides(&self, number: u64) -> bool {
        number.wrapping_mul(self.inverse) <= self.limit
    }
}

const DIVISORS: [Divisor; COUNT] = {
    let mut all = [Divisor::of(1); COUNT];
    let (mut slots, mut primes) = (all.as_mut_slice(), PRIMES.as_slice());
    while let (Some((slot, more)), Some((prime, others))) =
        (slots.split_first_mut(), primes.split_first())
    {
        *slot = Divisor::of(*prime);
        (slots, primes) = (more, others);
    }
    all
};

/// The facts of an RSA key; none if its modulus has more bits than are examined.
pub(super) fn examine(modulus: &[u8], exponent: &[u8], limits: &Limits) -> Option<RsaFacts> {
    let number = BigUint::from_bytes_be(modulus);
    if number.bits() > u64::from(limits.rsa_bits) {
        return None;
    }
    // The least significant digit first.
    let digits = number.to_u64_digits();
    Some(RsaFacts {
        exponent: RsaExponent::from_be_bytes(exponent),
        factors: FactorSearch::new(BOUND, smallest_factor(&digits)).ok()?,
        fermat: FermatSearch::new(limits.fermat_rounds, fermat(&number, limits.fermat_rounds))
            .ok()?,
        roca: is_roca(&digits),
    })
}

fn low_digit(digits: &[u64]) -> u64 {
    digits.first().copied().unwrap_or(0)
}

/// The remainder modulo a word that is not zero.
fn remainder(digits: impl DoubleEndedIterator<Item = u64>, modulus: u64) -> u64 {
    digits.rev().fold(0, |rest, digit| {
        let whole = (u128::from(rest) << u64::BITS) | u128::from(digit);
        let rest = whole.checked_rem(u128::from(modulus)).unwrap_or(0);
        // Smaller than the modulus.
        u64::try_from(rest).unwrap_or(0)
    })
}

fn divides(divisor: u64, number: u64) -> bool {
    matches!(number.checked_rem(divisor), Some(0))
}

/// The smallest prime factor below [`BOUND`].
///
/// Whether a prime divides can be seen without the remainder itself. For an odd product m of
/// primes, going through the digits from the least significant one with
/// `carry = (carry - digit) / 2^64 mod m` ends with `-n / 2^(64 k) mod m`, which has the same prime
/// factors in common with m as n: a multiplication a digit, instead of a division.
fn smallest_factor(digits: &[u64]) -> Option<u16> {
    if divides(2, low_digit(digits)) {
        return Some(2);
    }
    let mut carries = [0_u64; WORDS];
    for digit in digits {
        for (carry, word) in carries.iter_mut().zip(&PRODUCTS) {
            let (difference, borrow) = digit.overflowing_sub(*carry);
            let quotient = difference.wrapping_mul(word.inverse);
            let (_, high) = quotient.carrying_mul(word.product, 0);
            *carry = high.saturating_add(u64::from(borrow));
        }
    }
    let mut rest = DIVISORS.as_slice();
    for (carry, word) in carries.iter().zip(&PRODUCTS) {
        let (these, others) = rest.split_at_checked(word.primes)?;
        if let Some(found) = these.iter().find(|divisor| divisor.divides(*carry)) {
            return u16::try_from(found.prime).ok();
        }
        rest = others;
    }
    None
}

/// Whether the number is a power of 65537 modulo the product of the primes up to [`ROCA_LAST`], as
/// every modulus of that generator is: its primes are `k M + 65537^a mod M`.
///
/// The logarithms modulo each prime must exist, and be those of one exponent. By chance that happens
/// to one modulus in 2^154 (Nemec et al., "The Return of Coppersmith's Attack", 2017).
fn is_roca(digits: &[u64]) -> bool {
    let mut primes = PRIMES.as_slice();
    let mut known = Power {
        exponent: 0,
        order: 1,
    };
    for word in &PRODUCTS {
        let Some((these, others)) = primes.split_at_checked(word.primes) else {
            return false;
        };
        let rest = remainder(digits.iter().copied(), word.product);
        for prime in these {
            if *prime > ROCA_LAST {
                return true;
            }
            match logarithm(rest, *prime).and_then(|found| known.and(found)) {
                Some(both) => known = both,
                None => return false,
            }
        }
        primes = others;
    }
    true
}

/// What is known of an exponent: itself modulo the order of the base.
#[derive(Clone, Copy)]
struct Power {
    exponent: u64,
    order: u64,
}

impl Power {
    /// Both known together; none if no exponent is both.
    fn and(self, other: Self) -> Option<Self> {
        let at = |times: u64| {
            self.order
                .checked_mul(times)?
                .checked_add(self.exponent)?
                .checked_rem(other.order)
        };
        // The orders are below 167, so trying beats the extended Euclidean algorithm in length.
        let times = (0..other.order).find(|times| at(*times) == Some(other.exponent))?;
        let period = (1..=other.order)
            .find(|times| divides(other.order, self.order.wrapping_mul(*times)))?;
        Some(Self {
            exponent: self.order.checked_mul(times)?.checked_add(self.exponent)?,
            order: self.order.checked_mul(period)?,
        })
    }
}

/// The logarithm of a number to the base 65537 modulo a prime.
fn logarithm(number: u64, prime: u64) -> Option<Power> {
    let number = number.checked_rem(prime)?;
    let base = ROCA_BASE.checked_rem(prime)?;
    let (mut power, mut order, mut exponent) = (1, 0_u64, None);
    loop {
        if power == number {
            exponent = Some(order);
        }
        power = base.checked_mul(power)?.checked_rem(prime)?;
        order = order.checked_add(1)?;
        // No order is larger than this, so the loop ends whatever the arguments.
        if power == 1 || order >= prime {
            return Some(Power {
                exponent: exponent?,
                order,
            });
        }
    }
}

/// How many of the first primes tell squares from other numbers; they are all below 64.
const SIEVES: usize = 15;

/// The squares modulo a number up to 64, a bit each.
const fn squares(modulus: u64) -> u64 {
    let mut bits = 0_u64;
    let mut root = 0_u64;
    while root < modulus {
        if let Some(square) = root.saturating_mul(root).checked_rem(modulus) {
            bits |= 1 << square;
        }
        root = root.saturating_add(1);
    }
    bits
}

const SQUARES_64: u64 = squares(64);

const SQUARES: [u64; SIEVES] = {
    let mut all = [0; SIEVES];
    let (mut slots, mut primes) = (all.as_mut_slice(), PRIMES.as_slice());
    while let (Some((slot, more)), Some((prime, others))) =
        (slots.split_first_mut(), primes.split_first())
    {
        *slot = squares(*prime);
        (slots, primes) = (more, others);
    }
    all
};

/// The remainders of the modulus and of the first candidate modulo a small prime.
#[derive(Clone, Copy)]
struct Sieve {
    prime: u64,
    squares: u64,
    number: u64,
    candidate: u64,
}

impl Sieve {
    /// Whether `(candidate + step)^2 - number` can be a square, as far as this prime shows.
    fn passes(&self, step: u64) -> bool {
        let candidate = self.candidate.wrapping_add(step);
        candidate
            .wrapping_mul(candidate)
            .wrapping_add(self.prime)
            .wrapping_sub(self.number)
            .checked_rem(self.prime)
            .is_some_and(|rest| (self.squares >> rest) & 1 == 1)
    }
}

/// The round in which Fermat's method splits an odd number.
///
/// Round r asks whether `a^2 - n` is a square, with `a = ceil(sqrt(n)) + r - 1`. Remainders answer
/// nearly every round; a number that is no square passes all of them about once in 30,000 times.
fn fermat(number: &BigUint, rounds: u16) -> Option<u16> {
    let low = number.iter_u64_digits().next().unwrap_or(0);
    if divides(2, low) {
        return None;
    }
    // At most one below the first candidate of round 1: that one is no more than tried in vain.
    let first = near_root(number);
    let first_low = first.iter_u64_digits().next().unwrap_or(0);
    let word = PRODUCTS.first()?;
    let of_number = remainder(number.iter_u64_digits(), word.product);
    let of_first = remainder(first.iter_u64_digits(), word.product);
    let mut sieves = [Sieve {
        prime: 1,
        squares: 1,
        number: 0,
        candidate: 0,
    }; SIEVES];
    for ((sieve, prime), squares) in sieves.iter_mut().zip(&PRIMES).zip(&SQUARES) {
        *sieve = Sieve {
            prime: *prime,
            squares: *squares,
            number: of_number.checked_rem(*prime)?,
            candidate: of_first.checked_rem(*prime)?,
        };
    }
    (0..=u64::from(rounds))
        .filter(|step| {
            let candidate = first_low.wrapping_add(*step);
            let rest = candidate.wrapping_mul(candidate).wrapping_sub(low) % 64;
            (SQUARES_64 >> rest) & 1 == 1 && sieves.iter().all(|sieve| sieve.passes(*step))
        })
        .find_map(|step| round_of(number, &first, step))
        .filter(|round| *round <= rounds)
}

/// The round of `a = first + step`, if it gives `n = (a - b)(a + b)` with two factors above 1.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "large numbers grow, and none is taken from a smaller one"
)]
fn round_of(number: &BigUint, first: &BigUint, step: u64) -> Option<u16> {
    let a = first + step;
    let square = &a * &a;
    if square < *number {
        return None;
    }
    let rest = square - number;
    let b = near_root(&rest);
    if &b * &b != rest || &a - b <= BigUint::from(1_u32) {
        return None;
    }
    u16::try_from(a - ceiling_root(number) + 1_u32).ok()
}

/// The smallest number whose square is not below this one.
#[expect(clippy::arithmetic_side_effects, reason = "large numbers grow")]
fn ceiling_root(number: &BigUint) -> BigUint {
    let root = near_root(number);
    if &root * &root < *number {
        root + 1_u32
    } else {
        root
    }
}

/// The square root of a square, and else one of the two numbers around the root.
///
/// Heron's method with a precision that doubles: after each step, `root` is within 1 of the square
/// root of the number's leading bits. `BigUint::sqrt` works with the full length from the first step
/// on, which takes nine times as long for 2048 bits.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "large numbers grow, a root is at least 1, and bits are counted well below 2^64"
)]
fn near_root(number: &BigUint) -> BigUint {
    let bits = number.bits();
    if bits <= 128 {
        return BigUint::from(leading(number).isqrt());
    }
    // The root has one bit more than this.
    let length = (bits - 1) / 2;
    let mut halvings = 0_u32;
    while length >> halvings > 63 {
        halvings += 1;
    }
    let mut known = length >> halvings;
    let mut root = BigUint::from(leading(&(number >> (2 * (length - known)))).isqrt());
    while halvings > 0 {
        halvings -= 1;
        let before = known;
        known = length >> halvings;
        let quotient = (number >> (2 * length - before - known + 1)) / &root;
        root = (root << (known - before - 1)) + quotient;
    }
    root
}

/// The value of a number of at most 128 bits.
fn leading(number: &BigUint) -> u128 {
    number
        .iter_u64_digits()
        .rev()
        .fold(0, |value, digit| (value << u64::BITS) | u128::from(digit))
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn big(value: u128) -> BigUint {
        BigUint::from(value)
    }

    fn odd_number(digits: Vec<u64>) -> BigUint {
        let number = digits
            .into_iter()
            .fold(big(0), |number, digit| (number << 64) + digit);
        number | big(1)
    }

    /// What the generator takes its primes modulo: the product of the primes up to 167.
    fn roca_product() -> BigUint {
        PRIMES
            .iter()
            .take_while(|prime| **prime <= ROCA_LAST)
            .fold(big(2), |product, prime| product * *prime)
    }

    #[test]
    fn the_tables_hold_every_odd_prime_once() {
        let naive: Vec<u64> = (3..u64::from(BOUND))
            .filter(|n| (2..*n).all(|divisor| n % divisor != 0))
            .collect();
        assert_eq!(PRIMES.as_slice(), naive);
        let held: usize = PRODUCTS.iter().map(|word| word.primes).sum();
        assert_eq!(held, COUNT);
        assert!(PRODUCTS.iter().all(|word| word.primes > 0));
        for word in PRODUCTS {
            assert_eq!(word.product.wrapping_mul(word.inverse), 1);
        }
        assert!(PRIMES.iter().take(SIEVES).all(|prime| *prime < 64));
        assert!(PRODUCTS[0].primes >= SIEVES);
    }

    /// The rounds as they are described, on machine words.
    fn naive_fermat(number: u64, rounds: u16) -> Option<u16> {
        let wide = u128::from(number);
        let floor = wide.isqrt();
        let first = if floor * floor == wide {
            floor
        } else {
            floor + 1
        };
        (1..=rounds).find(|round| {
            let a = first + u128::from(*round) - 1;
            let b = (a * a - wide).isqrt();
            b * b == a * a - wide && a - b > 1
        })
    }

    #[test]
    fn small_numbers_split_in_the_round_that_was_counted() {
        for number in (1..20_000).step_by(2) {
            let found = fermat(&BigUint::from(number), 100);
            assert_eq!(found, naive_fermat(number, 100), "{number}");
        }
        assert_eq!(fermat(&big(9), 1), Some(1));
        assert_eq!(fermat(&big(9), 0), None);
        assert_eq!(fermat(&big(0), 100), None);
        assert_eq!(fermat(&big(2 * 3), 100), None, "even: another search tells");
    }

    #[test]
    fn logarithms_of_two_exponents_are_no_fingerprint() {
        let product = roca_product();
        let power = BigUint::from(ROCA_BASE).modpow(&big(1_234_567_890_123), &product);
        // The remainder modulo 11 alone changes; two of them are powers of 65537.
        let flagged: Vec<u64> = (0..11)
            .filter(|times| {
                let number: BigUint = &product / 11_u64 * *times + &power;
                is_roca(&number.to_u64_digits())
            })
            .collect();
        assert_eq!(flagged, [0]);
    }

    /// Each prime is looked at, the last of them too.
    #[test]
    fn a_number_that_is_no_power_modulo_one_prime_is_no_fingerprint() {
        let product = roca_product();
        let power = BigUint::from(ROCA_BASE).modpow(&big(1_234_567_890_123), &product);
        assert!(is_roca(&power.to_u64_digits()));
        let primes = PRIMES.iter().take_while(|prime| **prime <= ROCA_LAST);
        for prime in primes {
            // Only the remainder modulo this prime changes: zero is no power.
            let step = &product / *prime;
            let numbers = (0..*prime).map(|times| &step * times + &power);
            let zero: Vec<BigUint> = numbers.filter(|one| one % *prime == big(0)).collect();
            assert!(
                matches!(zero.as_slice(), [one] if !is_roca(&one.to_u64_digits())),
                "{prime}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_smallest_factor_is_the_smallest(
            digits in vec(any::<u64>(), 0..70),
            factor in prop_oneof![Just(1), Just(2), 1_u64..800],
        ) {
            let number = odd_number(digits) * factor;
            let naive = (2..BOUND).find(|n| &number % u64::from(*n) == big(0));
            prop_assert_eq!(smallest_factor(&number.to_u64_digits()), naive);
        }

        #[test]
        fn a_root_lies_around_the_true_one(digits in vec(any::<u64>(), 0..70), square in any::<bool>()) {
            let number = odd_number(digits);
            let number = if square { &number * &number } else { number };
            let root = ceiling_root(&number);
            prop_assert!(&root * &root >= number);
            let below = &root - 1_u32;
            prop_assert!(&below * &below < number);
            if square {
                prop_assert_eq!(&root * &root, number);
            }
        }

        #[test]
        fn words_split_in_the_round_that_was_counted(
            small in 1_u64..u64::from(u32::MAX) / 2,
            distance in 0_u64..200_000,
        ) {
            let (p, q) = (2 * small + 1, (2 * small + 1).saturating_add(2 * distance));
            if let Some(number) = p.checked_mul(q) {
                prop_assert_eq!(fermat(&BigUint::from(number), 300), naive_fermat(number, 300));
            }
        }

        #[test]
        fn close_factors_are_always_found(
            digits in vec(any::<u64>(), 2..64),
            distance in any::<u32>(),
        ) {
            // Half the difference squared is below the sum, so the first round finds it.
            let p = odd_number(digits) + (big(1) << 127);
            let q = &p + 2 * u64::from(distance);
            prop_assert_eq!(fermat(&(&p * &q), 100), Some(1));
        }

        #[test]
        fn the_generator_is_always_recognised(
            k in vec(any::<u64>(), 4..16),
            exponents in any::<(u128, u128)>(),
        ) {
            let product = roca_product();
            let factor = |exponent| {
                odd_number(k.clone()) * &product
                    + BigUint::from(ROCA_BASE).modpow(&big(exponent), &product)
            };
            let number = factor(exponents.0) * factor(exponents.1);
            prop_assert!(is_roca(&number.to_u64_digits()));
        }

        #[test]
        fn other_numbers_are_not_taken_for_the_generators(digits in vec(any::<u64>(), 16..64)) {
            let number = odd_number(digits);
            prop_assert!(!is_roca(&number.to_u64_digits()));
            prop_assert_eq!(fermat(&number, 100), None);
        }
    }
}
