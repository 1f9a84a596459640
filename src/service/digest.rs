//! A digest of what was asked for under a key (L11).

use core::hash::{Hash, Hasher};

use crate::port::RequestDigest;

/// Feeds SHA-256 with what [`Hash`] says of a value, the same on every platform.
///
/// The order of fields goes into it, so another version of this crate may compute another digest for
/// the same request: then a key that was used shortly before the change is refused as used for
/// something else, and nothing is done twice.
struct Sha256(hmac_sha256::Hash);

impl Hasher for Sha256 {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn write_u16(&mut self, value: u16) {
        self.write(&value.to_le_bytes());
    }

    fn write_u32(&mut self, value: u32) {
        self.write(&value.to_le_bytes());
    }

    fn write_u64(&mut self, value: u64) {
        self.write(&value.to_le_bytes());
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(u64::try_from(value).unwrap_or(u64::MAX));
    }

    fn write_isize(&mut self, value: isize) {
        self.write_i64(i64::try_from(value).unwrap_or(i64::MAX));
    }

    /// Never asked for: the digest is longer.
    fn finish(&self) -> u64 {
        0
    }
}

/// The digest of a request.
pub(super) fn digest(request: impl Hash) -> RequestDigest {
    let mut state = Sha256(hmac_sha256::Hash::new());
    request.hash(&mut state);
    RequestDigest(state.0.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_requests_have_equal_digests_and_others_have_not() {
        assert_eq!(digest(("submit", 1_u64)), digest(("submit", 1_u64)));
        assert_ne!(digest(("submit", 1_u64)), digest(("submit", 2_u64)));
        assert_ne!(digest(("submit", 1_u64)), digest(("draw", 1_u64)));
        assert_ne!(digest(("ab", "c")), digest(("a", "bc")));
        // Of lists, too, the lengths go into it.
        let lists = |one: &[u8], other: &[u8]| digest((one, other));
        assert_ne!(lists(&[1, 2], &[3]), lists(&[1], &[2, 3]));
        // Every width of a number.
        assert_ne!(digest(1_u16), digest(2_u16));
        assert_ne!(digest(1_u32), digest(2_u32));
        assert_ne!(digest(1_i64), digest(2_i64));
        assert_ne!(digest(1_usize), digest(2_usize));
        // And the short texts of ids.
        let of = |code: &str| crate::model::ProductCode::new(code).map(digest);
        assert_ne!(of("one"), of("two"));
    }
}
