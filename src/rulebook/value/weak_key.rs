//! Which RSA keys are too weak.

use core::fmt;

use crate::model::RsaExponent;

/// Which RSA keys count as made by a flawed method (BR §6.1.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WeakKeyRule {
    /// Whether keys with the fingerprint of CVE-2017-15361 (ROCA) are refused.
    pub refuses_roca: bool,
    /// Keys are refused that so many rounds of Fermat's method split; 0 refuses none.
    pub fermat_rounds: u16,
}

impl fmt::Display for WeakKeyRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roca = if self.refuses_roca {
            "no ROCA key"
        } else {
            "ROCA keys too"
        };
        let rounds = self.fermat_rounds;
        write!(
            f,
            "{roca}; none that {rounds} rounds of Fermat's method split"
        )
    }
}

/// The least that a prime factor of an RSA modulus may be (BR §6.1.6, NIST SP 800-89 §5.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SmallestFactor(pub u16);

impl fmt::Display for SmallestFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no factor of an RSA modulus below {}", self.0)
    }
}

/// Which public exponents an RSA key may have (BR §6.1.6): odd ones, from the least on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExponentRule {
    /// The least that is accepted.
    pub min: u32,
    /// The least that is advised.
    pub advised_min: u32,
    /// The most bits that are advised.
    pub advised_max_bits: u32,
}

impl ExponentRule {
    /// Whether an exponent is accepted.
    ///
    /// ```
    /// use cert_lifecycle::model::RsaExponent;
    /// use cert_lifecycle::rulebook::Rulebook;
    /// let book = Rulebook::published();
    /// let rule = book.edition("2023-api")?.rsa_exponent().value;
    /// let three = RsaExponent::new(3);
    /// assert!(rule.permits(three) && !rule.advises(three));
    /// # Ok::<(), cert_lifecycle::rulebook::ResolveError>(())
    /// ```
    #[must_use]
    pub const fn permits(&self, exponent: RsaExponent) -> bool {
        exponent.is_odd() && at_least(exponent, self.min)
    }

    /// Whether an exponent is accepted and in the range that is advised; nothing is refused for it.
    #[must_use]
    pub const fn advises(&self, exponent: RsaExponent) -> bool {
        self.permits(exponent)
            && at_least(exponent, self.advised_min)
            && exponent.bits() <= self.advised_max_bits
    }
}

/// What 64 bits don't hold is larger than what they do.
const fn at_least(exponent: RsaExponent, least: u32) -> bool {
    match exponent.value() {
        Some(value) => value >= least as u64,
        None => true,
    }
}

impl fmt::Display for ExponentRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an odd exponent from {}; advised: from {}, of at most {} bits",
            self.min, self.advised_min, self.advised_max_bits
        )
    }
}
