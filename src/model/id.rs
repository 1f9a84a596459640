//! Identifiers: whose something is, and which one.

use core::fmt;
use core::str::FromStr;

use super::text::{Inline, inline_text};

/// Whose it is. Nothing crosses accounts.
///
/// 1 to 39 bytes of printable ASCII without spaces (40 in memory); an account number or a UUID fits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(Inline<39>);
inline_text!(AccountId);

/// One certificate instance, the slot that carries one certificate at a time.
///
/// 1 to 39 bytes of printable ASCII without spaces, never used again after deletion (R-40).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceId(Inline<39>);
inline_text!(InstanceId);

/// One resource plan, as bought: 1 to 39 bytes of printable ASCII without spaces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlanId(Inline<39>);
inline_text!(PlanId);

/// The id of a purchase of certificates: a payment and what it bought.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PurchaseId(Inline<39>);
inline_text!(PurchaseId);

/// The id of a hosting chain.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChainId(Inline<39>);
inline_text!(ChainId);

/// A cloud product that certificates are deployed to, such as `CDN`.
///
/// ```
/// use cert_lifecycle::model::Target;
/// assert_eq!(Target::new("CDN")?.as_str(), "CDN");
/// assert!(Target::new("a name with blanks").is_err());
/// # Ok::<(), cert_lifecycle::model::TextError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target(Inline<15>);
inline_text!(Target);

/// A top-level domain, such as `jp`: 1 to 15 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopLevel(Inline<15>);
inline_text!(TopLevel);

/// One application order: a positive 64-bit integer.
///
/// The documents print sample ids beyond 2^53, which a double cannot hold: one sample differs
/// between two pages by exactly that rounding (X-33). So an order id is parsed as an integer,
/// from a number or from text, and never passes through a float.
///
/// ```
/// use cert_lifecycle::model::OrderId;
/// let id: OrderId = "98987582437920968".parse()?;
/// assert_eq!(id.get(), 98_987_582_437_920_968);
/// assert!("9898758243792096.8".parse::<OrderId>().is_err());
/// # Ok::<(), cert_lifecycle::model::id::OrderIdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderId(u64);

/// Why an order id was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderIdError {
    /// Zero or above 2^63 - 1, which the interface's signed integer cannot carry.
    #[error("an order id is 1 to 9223372036854775807")]
    Range,
    /// Not decimal digits.
    #[error("an order id is written in decimal digits only")]
    Form,
}

impl OrderId {
    /// Checks an order id.
    ///
    /// # Errors
    /// [`OrderIdError::Range`] outside 1 to 2^63 - 1.
    pub const fn new(id: u64) -> Result<Self, OrderIdError> {
        if id == 0 || id > i64::MAX as u64 {
            return Err(OrderIdError::Range);
        }
        Ok(Self(id))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderId({})", self.0)
    }
}

impl FromStr for OrderId {
    type Err = OrderIdError;

    fn from_str(text: &str) -> Result<Self, OrderIdError> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(OrderIdError::Form);
        }
        text.parse()
            .map_err(|_| OrderIdError::Range)
            .and_then(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_ids_cover_the_positive_signed_range() {
        assert_eq!(OrderId::new(0), Err(OrderIdError::Range));
        assert_eq!(OrderId::new(1 << 63), Err(OrderIdError::Range));
        assert!(OrderId::new((1 << 63) - 1).is_ok());
        for text in ["", "-1", "+1", " 1", "1e5", "0x1", "٣"] {
            assert_eq!(text.parse::<OrderId>(), Err(OrderIdError::Form), "{text}");
        }
        assert_eq!(
            "99999999999999999999999".parse::<OrderId>(),
            Err(OrderIdError::Range)
        );
    }
}
