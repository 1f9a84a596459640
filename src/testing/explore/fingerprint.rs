//! 128 bits for many bytes.

/// 128 bits for many bytes. That two of a million states share one is as likely as 1 in 10^27.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Fingerprint(pub(super) u128);

const FIRST: u64 = 0x87c3_7b91_1142_53d5;
const SECOND: u64 = 0x4cf5_ad43_2745_937f;

/// `MurmurHash3` for 64-bit machines, 128 bits wide, with the last block filled up with zeros. Nobody
/// chooses the bytes, so it need not withstand anybody.
pub(super) fn fingerprint(bytes: &[u8]) -> Fingerprint {
    let (mut one, mut two) = (0_u64, 0_u64);
    let (blocks, rest) = bytes.as_chunks::<16>();
    let mut last = [0; 16];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let last = (!rest.is_empty()).then_some(&last);
    for block in blocks.iter().chain(last) {
        let (first, second) = halves(block);
        one ^= first
            .wrapping_mul(FIRST)
            .rotate_left(31)
            .wrapping_mul(SECOND);
        one = one
            .rotate_left(27)
            .wrapping_add(two)
            .wrapping_mul(5)
            .wrapping_add(0x52dc_e729);
        two ^= second
            .wrapping_mul(SECOND)
            .rotate_left(33)
            .wrapping_mul(FIRST);
        two = two
            .rotate_left(31)
            .wrapping_add(one)
            .wrapping_mul(5)
            .wrapping_add(0x3849_5ab5);
    }
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    one ^= length;
    two ^= length;
    one = one.wrapping_add(two);
    two = two.wrapping_add(one);
    one = stirred(one);
    two = stirred(two);
    one = one.wrapping_add(two);
    two = two.wrapping_add(one);
    Fingerprint((u128::from(one) << 64) | u128::from(two))
}

fn halves(block: &[u8; 16]) -> (u64, u64) {
    let whole = u128::from_le_bytes(*block);
    let low = whole & u128::from(u64::MAX);
    let half = |value: u128| u64::try_from(value).unwrap_or(u64::MAX);
    (half(low), half(whole >> 64))
}

const fn stirred(mut value: u64) -> u64 {
    value ^= value >> 33;
    value = value.wrapping_mul(0xff51_afd7_ed55_8ccd);
    value ^= value >> 33;
    value = value.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    value ^ (value >> 33)
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    /// The reference implementation's values, for texts of whole blocks.
    #[test]
    fn whole_blocks_hash_as_the_reference_does() {
        assert_eq!(fingerprint(b"").0, 0);
        let one = fingerprint(b"0123456789abcdef").0;
        assert_eq!(one, 0x4be0_6d94_cf4a_d1a7_87c3_5b5c_63a7_08da);
    }

    #[test]
    fn lengths_count() {
        assert_ne!(fingerprint(&[0]), fingerprint(&[0, 0]));
        assert_ne!(fingerprint(&[0; 16]), fingerprint(&[0; 17]));
    }
}
