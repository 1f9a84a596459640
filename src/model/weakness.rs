//! What an RSA public key shows of its making: facts, without a judgement.
//!
//! Some keys are broken by what anybody can see: a modulus with a small factor, primes that lie
//! close together, the generator of CVE-2017-15361 (ROCA), a useless exponent. With feature `pki`
//! these facts are computed from real keys. They say how far was searched, so that a rulebook that
//! asks for more is never answered by a search that stopped short.

use core::fmt;

/// Why facts of a key contradict themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RsaFactsError {
    /// A factor below 2, or not below the bound of the search.
    #[error("the factor {found} is not among those from 2 to just below {below}")]
    Factor {
        /// The factor.
        found: u16,
        /// The bound of the search.
        below: u16,
    },
    /// A round before the first or after the last.
    #[error("round {found} is not among rounds 1 to {rounds}")]
    Round {
        /// The round.
        found: u16,
        /// The rounds of the search.
        rounds: u16,
    },
    /// An exponent that 64 bits hold, without its value.
    #[error("an exponent of {bits} bits is given by its value")]
    Exponent {
        /// Its bits.
        bits: u32,
    },
}

/// A public exponent: its value if 64 bits hold it, else its size and whether it is odd.
///
/// ```
/// use cert_lifecycle::model::RsaExponent;
/// assert_eq!(RsaExponent::new(65_537), RsaExponent::from_be_bytes(&[0, 1, 0, 1]));
/// let huge = RsaExponent::from_be_bytes(&[1, 0, 0, 0, 0, 0, 0, 0, 1]);
/// assert_eq!((huge.value(), huge.bits(), huge.is_odd()), (None, 65, true));
/// assert_eq!(huge.to_string(), "an odd number of 65 bits");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RsaExponent(Exponent);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Exponent {
    Small(u64),
    Large { bits: u32, odd: bool },
}

impl RsaExponent {
    /// From its value.
    #[must_use]
    pub const fn new(value: u64) -> Self {
        Self(Exponent::Small(value))
    }

    /// One of more than 64 bits, by what is kept of it.
    ///
    /// # Errors
    /// [`RsaFactsError::Exponent`] for 64 bits or fewer: such a one has a value.
    ///
    /// ```
    /// use cert_lifecycle::model::RsaExponent;
    /// let huge = RsaExponent::from_be_bytes(&[1, 0, 0, 0, 0, 0, 0, 0, 1]);
    /// assert_eq!(RsaExponent::large(65, true), Ok(huge));
    /// assert!(RsaExponent::large(64, true).is_err());
    /// ```
    pub const fn large(bits: u32, odd: bool) -> Result<Self, RsaFactsError> {
        if bits <= u64::BITS {
            return Err(RsaFactsError::Exponent { bits });
        }
        Ok(Self(Exponent::Large { bits, odd }))
    }

    /// From the bytes of a non-negative integer, the most significant first; zeros may lead.
    #[must_use]
    pub fn from_be_bytes(bytes: &[u8]) -> Self {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let digits = bytes.get(zeros..).unwrap_or_default();
        if digits.len() <= size_of::<u64>() {
            let value = digits
                .iter()
                .fold(0, |value: u64, byte| (value << 8) | u64::from(*byte));
            return Self::new(value);
        }
        let unused = digits.first().map_or(0, |byte| byte.leading_zeros());
        Self(Exponent::Large {
            bits: u32::try_from(digits.len())
                .unwrap_or(u32::MAX)
                .saturating_mul(8)
                .saturating_sub(unused),
            odd: digits.last().is_some_and(|byte| byte % 2 == 1),
        })
    }

    /// Its value; none if it has more than 64 bits.
    #[must_use]
    pub const fn value(self) -> Option<u64> {
        match self.0 {
            Exponent::Small(value) => Some(value),
            Exponent::Large { .. } => None,
        }
    }

    /// How many bits it has.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self.0 {
            Exponent::Small(value) => u64::BITS.saturating_sub(value.leading_zeros()),
            Exponent::Large { bits, .. } => bits,
        }
    }

    /// Whether it is odd.
    #[must_use]
    pub const fn is_odd(self) -> bool {
        match self.0 {
            Exponent::Small(value) => value % 2 == 1,
            Exponent::Large { odd, .. } => odd,
        }
    }
}

impl fmt::Display for RsaExponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Exponent::Small(value) => value.fmt(f),
            Exponent::Large { bits, odd } => {
                let parity = if odd { "odd" } else { "even" };
                write!(f, "an {parity} number of {bits} bits")
            }
        }
    }
}

/// A search for the smallest prime factor of a modulus, and what it found.
///
/// ```
/// use cert_lifecycle::model::FactorSearch;
/// let search = FactorSearch::new(1_000, Some(757))?;
/// assert_eq!(search.has_below(752), Some(false));
/// assert_eq!(search.has_below(758), Some(true));
/// assert_eq!(FactorSearch::new(752, None)?.has_below(1_000), None);
/// # Ok::<(), cert_lifecycle::model::RsaFactsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FactorSearch {
    below: u16,
    found: Option<u16>,
}

impl FactorSearch {
    /// Every prime below a bound was tried; `found` is the smallest that divides.
    ///
    /// # Errors
    /// [`RsaFactsError::Factor`] if such a search can't have found it.
    pub const fn new(below: u16, found: Option<u16>) -> Result<Self, RsaFactsError> {
        match found {
            Some(found) if found < 2 || found >= below => {
                Err(RsaFactsError::Factor { found, below })
            }
            Some(_) | None => Ok(Self { below, found }),
        }
    }

    /// The bound of the search: every prime below it was tried.
    #[must_use]
    pub const fn below(self) -> u16 {
        self.below
    }

    /// The smallest factor that was found.
    #[must_use]
    pub const fn found(self) -> Option<u16> {
        self.found
    }

    /// Whether a factor lies below a bound; none if the search did not go so far.
    #[must_use]
    pub const fn has_below(self, bound: u16) -> Option<bool> {
        match self.found {
            Some(found) => Some(found < bound),
            None if bound <= self.below => Some(false),
            None => None,
        }
    }
}

/// An attempt to split a modulus by Fermat's method, and in which round it succeeded.
///
/// Round 1 tries the smallest integer that is not below the modulus's square root, each further
/// round the next one.
///
/// ```
/// use cert_lifecycle::model::FermatSearch;
/// let search = FermatSearch::new(128, Some(101))?;
/// assert_eq!(search.splits_within(100), Some(false));
/// assert_eq!(search.splits_within(101), Some(true));
/// assert_eq!(FermatSearch::new(100, None)?.splits_within(101), None);
/// # Ok::<(), cert_lifecycle::model::RsaFactsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FermatSearch {
    rounds: u16,
    split: Option<u16>,
}

impl FermatSearch {
    /// So many rounds were tried; `split` is the one that gave both factors.
    ///
    /// # Errors
    /// [`RsaFactsError::Round`] if it is none of them.
    pub const fn new(rounds: u16, split: Option<u16>) -> Result<Self, RsaFactsError> {
        match split {
            Some(found) if found == 0 || found > rounds => {
                Err(RsaFactsError::Round { found, rounds })
            }
            Some(_) | None => Ok(Self { rounds, split }),
        }
    }

    /// How many rounds were tried.
    #[must_use]
    pub const fn rounds(self) -> u16 {
        self.rounds
    }

    /// The round that gave both factors.
    #[must_use]
    pub const fn split(self) -> Option<u16> {
        self.split
    }

    /// Whether so many rounds split it; none if fewer were tried.
    #[must_use]
    pub const fn splits_within(self, rounds: u16) -> Option<bool> {
        match self.split {
            Some(split) => Some(split <= rounds),
            None if rounds <= self.rounds => Some(false),
            None => None,
        }
    }
}

/// What was found out about an RSA public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RsaFacts {
    /// Its public exponent.
    pub exponent: RsaExponent,
    /// The search for a small factor of its modulus.
    pub factors: FactorSearch,
    /// The search for primes that lie close together.
    pub fermat: FermatSearch,
    /// Whether its modulus is one that the generator of CVE-2017-15361 makes (ROCA): a power of
    /// 65537 modulo the product of the primes up to 167.
    pub roca: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponent_is_the_same_however_it_is_written() {
        for value in [0, 1, 2, 3, 255, 256, 65_537, u64::MAX] {
            let bytes = value.to_be_bytes();
            let mut long = [0; 12];
            long[4..].copy_from_slice(&bytes);
            let exponent = RsaExponent::new(value);
            assert_eq!(RsaExponent::from_be_bytes(&bytes), exponent);
            assert_eq!(RsaExponent::from_be_bytes(&long), exponent);
            assert_eq!(exponent.value(), Some(value));
            assert_eq!(exponent.bits(), 64 - value.leading_zeros());
            assert_eq!(exponent.is_odd(), value & 1 == 1);
        }
        assert_eq!(RsaExponent::from_be_bytes(&[]), RsaExponent::new(0));
        let even = RsaExponent::from_be_bytes(&[0, 0x80, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(
            (even.value(), even.bits(), even.is_odd()),
            (None, 72, false)
        );
    }

    #[test]
    fn searches_that_contradict_themselves_are_refused() {
        for found in [0, 1, 752, 753] {
            let refused = FactorSearch::new(752, Some(found));
            assert_eq!(refused, Err(RsaFactsError::Factor { found, below: 752 }));
        }
        for found in [0, 101] {
            let refused = FermatSearch::new(100, Some(found));
            assert_eq!(refused, Err(RsaFactsError::Round { found, rounds: 100 }));
        }
        let found = FactorSearch::new(752, Some(751));
        assert_eq!(found.map(|found| found.has_below(751)), Ok(Some(false)));
        assert_eq!(found.map(|found| found.has_below(752)), Ok(Some(true)));
        let none = FactorSearch::new(752, None);
        assert_eq!(none.map(|none| none.has_below(752)), Ok(Some(false)));
        assert_eq!(none.map(|none| none.has_below(753)), Ok(None));
        assert!(FermatSearch::new(100, Some(100)).is_ok());
    }

    #[test]
    fn a_search_answers_for_as_far_as_it_went() {
        let factors = FactorSearch::new(752, None).unwrap();
        assert_eq!(factors.has_below(752), Some(false));
        assert_eq!(factors.has_below(753), None);
        let fermat = FermatSearch::new(100, None).unwrap();
        assert_eq!(fermat.splits_within(100), Some(false));
        assert_eq!(fermat.splits_within(101), None);
    }
}
