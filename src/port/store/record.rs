//! Idempotency: what a command under a key was answered (L11).

use core::fmt;

use crate::lifecycle::Receipt;
use crate::model::Timestamp;
use crate::model::text::{Inline, inline_text};

/// A caller's key for one command: given again, the command is not carried out again.
///
/// 1 to 64 bytes of printable ASCII without spaces; a UUID fits. Keys of different accounts don't
/// know each other.
///
/// ```
/// use cert_lifecycle::port::IdempotencyKey;
/// assert_eq!(IdempotencyKey::new("order-4711")?.as_str(), "order-4711");
/// assert!(IdempotencyKey::new("").is_err());
/// # Ok::<(), cert_lifecycle::model::TextError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(Inline<64>);
inline_text!(IdempotencyKey);

/// A digest of what was asked for under a key, so that the key is not used for something else.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestDigest(pub [u8; 32]);

impl fmt::Debug for RequestDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestDigest(")?;
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

/// What was asked for under a key, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The key.
    pub key: IdempotencyKey,
    /// What was asked for.
    pub digest: RequestDigest,
    /// When it was decided; records older than the service's setting are forgotten.
    pub at: Timestamp,
    /// What was answered.
    pub receipt: Receipt,
}
