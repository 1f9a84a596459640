//! Purchases: what was paid for, and what came back.

use core::fmt;

use super::id::{AccountId, ChainId, InstanceId, PurchaseId};
use super::pin::Pin;
use super::product::Product;
use super::time::Timestamp;

/// A currency by its three letters (ISO 4217), such as `CNY`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Why a currency was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three letters, as in ISO 4217")]
pub struct CurrencyError;

impl Currency {
    /// Chinese yuan; the minor unit is the fen.
    pub const CNY: Self = Self(*b"CNY");

    /// Checks the letters; lower case is folded.
    ///
    /// # Errors
    /// [`CurrencyError`] for anything but three ASCII letters.
    pub fn new(code: &str) -> Result<Self, CurrencyError> {
        let letters: [u8; 3] = code.as_bytes().try_into().map_err(|_| CurrencyError)?;
        if letters.iter().all(u8::is_ascii_alphabetic) {
            Ok(Self(letters.map(|letter| letter.to_ascii_uppercase())))
        } else {
            Err(CurrencyError)
        }
    }

    /// Its letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only letters are let in.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What was paid: a part in cash and a part in vouchers, in minor units of one currency.
///
/// Only cash comes back (R-31).
///
/// ```
/// use cert_lifecycle::model::{Currency, Payment};
/// let payment = Payment { voucher: 5_000, ..Payment::cash(150_000, Currency::CNY) };
/// assert_eq!(payment.total(), 155_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Payment {
    /// Paid in cash, in minor units.
    pub cash: u64,
    /// Paid with vouchers, in minor units.
    pub voucher: u64,
    /// The currency of both.
    pub currency: Currency,
    /// Whether a value-added service was bought with it, which lengthens some refund windows.
    pub add_on: bool,
}

impl Payment {
    /// Nothing was paid, or nothing is known of it.
    pub const NONE: Self = Self::cash(0, Currency::CNY);

    /// Paid in cash alone.
    #[must_use]
    pub const fn cash(cash: u64, currency: Currency) -> Self {
        Self {
            cash,
            voucher: 0,
            currency,
            add_on: false,
        }
    }

    /// Both parts.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.cash.saturating_add(self.voucher)
    }
}

/// How far a refund has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundState {
    /// None was claimed, or the claim ended without one.
    None,
    /// A claim is under review since then.
    Review {
        /// When it was made.
        claimed_at: Timestamp,
    },
    /// Paid back.
    Refunded {
        /// When.
        at: Timestamp,
        /// How much cash, in minor units.
        cash: u64,
    },
}

/// The money side of something bought: a plan or a purchase of certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bill {
    /// What was paid.
    pub payment: Payment,
    /// When.
    pub paid_at: Timestamp,
    /// The edition that its money, hosting and renewal are bound to (L9).
    pub pin: Pin,
    /// What came back.
    pub refund: RefundState,
}

/// What a purchase of certificates was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PurchaseKind {
    /// New certificates.
    New,
    /// The renewal of a certificate.
    Renewal,
    /// Further years for a certificate that was there already.
    Hosting,
}

/// A payment and the certificate instances that it bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    pub(crate) id: PurchaseId,
    pub(crate) account: AccountId,
    pub(crate) product: Product,
    pub(crate) kind: PurchaseKind,
    pub(crate) bill: Bill,
    /// The first of its instances.
    pub(crate) first: InstanceId,
    pub(crate) chain: Option<ChainId>,
    pub(crate) count: u32,
    pub(crate) revocations: u32,
}

impl Purchase {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> PurchaseId {
        self.id
    }

    /// Whose it is.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The specification that was bought.
    #[must_use]
    pub const fn product(&self) -> Product {
        self.product
    }

    /// What it was for.
    #[must_use]
    pub const fn kind(&self) -> PurchaseKind {
        self.kind
    }

    /// What was paid and what came back.
    #[must_use]
    pub const fn bill(&self) -> &Bill {
        &self.bill
    }

    /// The first instance that it bought.
    #[must_use]
    pub const fn first(&self) -> InstanceId {
        self.first
    }

    /// The chain that links its instances, if there are several.
    #[must_use]
    pub const fn chain(&self) -> Option<ChainId> {
        self.chain
    }

    /// How many instances it bought.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// How many revocations were used on them.
    #[must_use]
    pub const fn revocations(&self) -> u32 {
        self.revocations
    }
}
