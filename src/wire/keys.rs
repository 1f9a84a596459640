//! Whose requests are taken: access keys, their secrets and their accounts.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use zeroize::Zeroizing;

use crate::model::AccountId;
use crate::port::BoxFuture;

/// A secret: overwritten when it is dropped, never shown.
///
/// ```
/// use cert_lifecycle::wire::Secret;
/// assert_eq!(format!("{:?}", Secret::new("hush".into())), "Secret(..)");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Of a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// It, for who must have it: what becomes of it from here on is the caller's affair.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl From<Zeroizing<String>> for Secret {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

/// In a time that does not tell where they differ.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.bytes(), other.bytes()).is_ok()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What belongs to the id of an access key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccessKey {
    /// What requests are signed with.
    pub secret: Secret,
    /// The account that they are made for.
    pub account: AccountId,
    /// The security token that comes with a temporary key; a request must carry it. None for a lasting
    /// key, whose requests must carry none.
    pub token: Option<Secret>,
}

impl AccessKey {
    /// A lasting one.
    #[must_use]
    pub const fn new(secret: Secret, account: AccountId) -> Self {
        Self {
            secret,
            account,
            token: None,
        }
    }

    /// A temporary one, with its security token.
    #[must_use]
    pub fn with_token(mut self, token: Secret) -> Self {
        self.token = Some(token);
        self
    }
}

/// Access keys can't be read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("access keys can't be read now")]
pub struct KeysUnavailable;

/// Where access keys are looked up.
pub trait AccessKeys: Send + Sync {
    /// The key of an id; none if there is no such key, if it is disabled, or if it has expired.
    ///
    /// The id comes from an unverified request: up to some kilobytes of any printable text.
    ///
    /// # Errors
    /// [`KeysUnavailable`]: the caller is answered with `Error` (500) and learns nothing else. Nothing
    /// was begun, so the call may be sent again; none of the vendor's clients does so by itself.
    fn find<'a>(&'a self, id: &'a str)
    -> BoxFuture<'a, Result<Option<AccessKey>, KeysUnavailable>>;
}

/// Access keys that are all known from the beginning.
///
/// ```
/// use cert_lifecycle::model::AccountId;
/// use cert_lifecycle::wire::{AccessKey, FixedKeys, Secret};
/// let account = AccountId::new("1234567890")?;
/// let key = AccessKey::new(Secret::new("testsecret".into()), account);
/// let keys = FixedKeys::new().with("testid", key);
/// assert_eq!(format!("{keys:?}"), r#"{"testid": AccountId("1234567890")}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct FixedKeys(BTreeMap<String, AccessKey>);

impl FixedKeys {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// With one more; an earlier one of the same id goes.
    #[must_use]
    pub fn with(mut self, id: &str, key: AccessKey) -> Self {
        self.0.insert(String::from(id), key);
        self
    }
}

impl fmt::Debug for FixedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accounts = self.0.iter().map(|(id, key)| (id, key.account));
        f.debug_map().entries(accounts).finish()
    }
}

impl AccessKeys for FixedKeys {
    fn find<'a>(
        &'a self,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<AccessKey>, KeysUnavailable>> {
        Box::pin(core::future::ready(Ok(self.0.get(id).cloned())))
    }
}
