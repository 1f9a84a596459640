//! Walking DER one level at a time.
//!
//! The `der` crate reads tags and lengths; this keeps beside each value the bytes it stands in, so
//! that signatures and digests are taken over what was handed in and not over a copy that was
//! encoded anew. Nothing recurses: a member is a slice until somebody asks for its members.

use x509_cert::der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use x509_cert::der::{Decode, DecodeValue, ErrorKind, FixedTag, Header, Reader, SliceReader, Tag};

pub(super) use x509_cert::der::{Error, Result};

/// One value with its tag, and all its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tlv<'a> {
    pub(super) tag: Tag,
    /// The bytes behind tag and length.
    pub(super) value: &'a [u8],
    /// Tag, length and value, as they stand in the input.
    pub(super) whole: &'a [u8],
}

impl<'a> Tlv<'a> {
    fn any(self) -> Result<AnyRef<'a>> {
        AnyRef::new(self.tag, self.value)
    }

    /// As a primitive type of the `der` crate.
    pub(super) fn decode<T>(self) -> Result<T>
    where
        T: DecodeValue<'a, Error = Error> + FixedTag + 'a,
    {
        self.any()?.decode_as()
    }

    pub(super) fn oid(self) -> Result<ObjectIdentifier> {
        self.decode()
    }

    /// The bytes of a BIT STRING, which here always holds whole bytes.
    pub(super) fn bits(self) -> Result<&'a [u8]> {
        let bits: BitStringRef<'a> = self.decode()?;
        bits.as_bytes()
            .ok_or_else(|| Tag::BitString.value_error().into())
    }

    /// Its members, if it has this tag.
    pub(super) fn members(self, tag: Tag) -> Result<Children<'a>> {
        self.tag.assert_eq(tag)?;
        Ok(Children::of(self.value))
    }

    pub(super) fn sequence(self) -> Result<Children<'a>> {
        self.members(Tag::Sequence)
    }

    pub(super) fn expect(self, tag: Tag) -> Result<Self> {
        self.tag.assert_eq(tag)?;
        Ok(self)
    }
}

/// The values that stand behind one another: the bytes that are not read yet.
#[derive(Clone, Debug)]
pub(super) struct Children<'a>(&'a [u8]);

impl<'a> Children<'a> {
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next value, or none at the end. Behind a value that cannot be read there is no next one.
    pub(super) fn next(&mut self) -> Result<Option<Tlv<'a>>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        // The header is read once; where it ends gives both the value and the whole.
        let mut reader = SliceReader::new(self.0)?;
        let header = Header::decode(&mut reader)?;
        let value = reader.read_slice(header.length())?;
        let (whole, rest) = usize::try_from(reader.position())
            .ok()
            .and_then(|end| self.0.split_at_checked(end))
            .ok_or(ErrorKind::Overflow)?;
        self.0 = rest;
        Ok(Some(Tlv {
            tag: header.tag(),
            value,
            whole,
        }))
    }

    /// The next value, which must be there.
    pub(super) fn require(&mut self) -> Result<Tlv<'a>> {
        self.next()?.ok_or_else(|| ErrorKind::Failed.into())
    }

    /// That nothing follows.
    pub(super) fn end(self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ErrorKind::Failed.into())
        }
    }
}

/// Bytes that are exactly one value.
pub(super) fn one(bytes: &[u8]) -> Result<Tlv<'_>> {
    let mut values = Children::of(bytes);
    let only = values.require()?;
    values.end()?;
    Ok(only)
}

/// The context-specific tag of a structured member.
pub(super) fn is_context(tag: Tag, wanted: u32) -> bool {
    tag.is_context_specific() && tag.number().value() == wanted
}
