//! Who gives a command, and under which key.

use crate::model::AccountId;
use crate::port::IdempotencyKey;

/// Who gives a command: an account, and if the command may come twice, a key for it (L11).
///
/// An account alone becomes a caller by itself.
///
/// ```
/// use cert_lifecycle::model::AccountId;
/// use cert_lifecycle::port::IdempotencyKey;
/// use cert_lifecycle::service::Caller;
/// let account = AccountId::new("1234567890")?;
/// let caller = Caller::once(account, IdempotencyKey::new("9f2c")?);
/// assert_eq!(caller.account(), account);
/// # Ok::<(), cert_lifecycle::model::TextError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    account: AccountId,
    key: Option<IdempotencyKey>,
}

impl Caller {
    /// An account that gives a command once under this key, however often it is sent.
    ///
    /// A repeat of what was carried out is answered with the first receipt, whatever has happened
    /// since, for as long as [`Settings::key_lifetime`](super::Settings::key_lifetime) says. A
    /// refusal is not remembered: it changed nothing, so a repeat is decided anew. The same key with
    /// another request is refused ([`ServiceError::KeyReused`](super::ServiceError::KeyReused)).
    #[must_use]
    pub const fn once(account: AccountId, key: IdempotencyKey) -> Self {
        Self {
            account,
            key: Some(key),
        }
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> Option<IdempotencyKey> {
        self.key
    }
}

impl From<AccountId> for Caller {
    fn from(account: AccountId) -> Self {
        Self { account, key: None }
    }
}
