//! How a value is stored: one trait, and a line of a macro for most types.
//!
//! | The type | The line |
//! |---|---|
//! | a struct | `record! { Pin { edition: "edition", digest: "digest" } }` |
//! | a struct whose fields stand in the object around it | `fields! { Opened { ... } }` |
//! | an enum of words | `words! { NameKind { Single = "single", Wildcard = "wildcard" } }` |
//! | a short text with its own `new` | `texts! { AccountId, PlanId }` |
//! | a digest | `digests! { Fingerprint }` |
//! | the variants of an event or a command | `variants! { PlanEvent { ... } { ... } }` |
//!
//! Keys and words are written out here and never taken from the names of Rust: renaming a field
//! changes the left side of a line, and never a stored form. Every macro takes the type apart
//! completely, so a new field or variant breaks the build until it has its line; and since every
//! object is read with no other keys than its own, it then needs a new version.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::error::StoredError;
use super::read::{Place, Table};
use super::write::{Fields, Out};

/// A value with a stored form.
pub(in crate::codec) trait Form: Sized {
    fn write(&self, out: &mut Out);

    fn read(place: &Place<'_>) -> Result<Self, StoredError>;

    /// Whether its key is left out.
    fn is_absent(&self) -> bool {
        false
    }

    /// What a key that was left out means; none if it must be there.
    fn absent() -> Option<Self> {
        None
    }
}

/// A value whose fields stand in the object around it.
pub(in crate::codec) trait Record: Sized {
    const KEYS: &'static [&'static str];

    fn put(&self, fields: &mut Fields<'_>);

    fn take(table: &Table<'_>) -> Result<Self, StoredError>;
}

/// The variants of an event or a command: each has a type tag and fields.
pub(in crate::codec) trait Variants: Sized {
    fn tag(&self) -> &'static str;

    fn put(&self, fields: &mut Fields<'_>);

    /// Reads the variant of a tag from an object that has the keys of the head besides; none if no
    /// variant has it.
    fn take(
        tag: &str,
        place: &Place<'_>,
        head: &[&'static str],
    ) -> Result<Option<Self>, StoredError>;
}

impl Form for bool {
    fn write(&self, out: &mut Out) {
        out.bare(self);
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        place.flag()
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Form for $type {
            fn write(&self, out: &mut Out) {
                out.bare(self);
            }

            fn read(place: &Place<'_>) -> Result<Self, StoredError> {
                let number = place.whole()?;
                Self::try_from(number).map_err(|_| place.wrong("out of range"))
            }
        }
    )*};
}
numbers!(u16, u32, u64);

impl<T: Form> Form for Option<T> {
    fn write(&self, out: &mut Out) {
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        T::read(place).map(Some)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Form> Form for Vec<T> {
    fn write(&self, out: &mut Out) {
        out.list(self, |out, item| item.write(out));
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        place.each(T::read)
    }
}

impl<T: Form> Form for Arc<[T]> {
    fn write(&self, out: &mut Out) {
        out.list(self.iter(), |out, item| item.write(out));
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        place.each(T::read).map(Self::from)
    }
}

impl<T: Form> Form for Arc<T> {
    fn write(&self, out: &mut Out) {
        T::write(self, out);
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        T::read(place).map(Self::new)
    }
}

/// A struct whose fields stand in the object around it.
macro_rules! fields {
    ($($type:ident { $($field:ident: $key:literal),+ $(,)? })+) => {$(
        impl $crate::codec::stored::form::Record for $type {
            const KEYS: &'static [&'static str] = &[$($key),+];

            fn put(&self, fields: &mut $crate::codec::stored::write::Fields<'_>) {
                let Self { $($field),+ } = self;
                $(fields.put($key, $field);)+
            }

            fn take(
                table: &$crate::codec::stored::read::Table<'_>,
            ) -> Result<Self, $crate::codec::stored::error::StoredError> {
                Ok(Self { $($field: table.get($key)?),+ })
            }
        }
    )+};
}
pub(in crate::codec) use fields;

/// A struct as an object.
macro_rules! record {
    ($($type:ident { $($field:ident: $key:literal),+ $(,)? })+) => {$(
        $crate::codec::stored::form::fields! { $type { $($field: $key),+ } }

        impl $crate::codec::stored::form::Form for $type {
            fn write(&self, out: &mut $crate::codec::stored::write::Out) {
                use $crate::codec::stored::form::Record;
                out.object(|fields| self.put(fields));
            }

            fn read(
                place: &$crate::codec::stored::read::Place<'_>,
            ) -> Result<Self, $crate::codec::stored::error::StoredError> {
                use $crate::codec::stored::form::Record;
                Self::take(&place.table(&[Self::KEYS])?)
            }
        }
    )+};
}
pub(in crate::codec) use record;

/// An enum as one word.
macro_rules! words {
    ($($type:ident { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        impl $crate::codec::stored::form::Form for $type {
            fn write(&self, out: &mut $crate::codec::stored::write::Out) {
                out.plain(match self {
                    $(Self::$variant => $word,)+
                });
            }

            fn read(
                place: &$crate::codec::stored::read::Place<'_>,
            ) -> Result<Self, $crate::codec::stored::error::StoredError> {
                place.word(&[$(($word, Self::$variant)),+])
            }
        }
    )+};
}
pub(in crate::codec) use words;

/// A text that is checked by `new`.
macro_rules! texts {
    ($($type:ident),+ $(,)?) => {$(
        impl $crate::codec::stored::form::Form for $type {
            fn write(&self, out: &mut $crate::codec::stored::write::Out) {
                out.text(self.as_str());
            }

            fn read(
                place: &$crate::codec::stored::read::Place<'_>,
            ) -> Result<Self, $crate::codec::stored::error::StoredError> {
                // What `new` would change, such as upper case, was not written so.
                place.canonical(Self::new)
            }
        }
    )+};
}
pub(in crate::codec) use texts;

/// A digest in hexadecimal digits, as tools print fingerprints.
macro_rules! digests {
    ($($type:ident),+ $(,)?) => {$(
        impl $crate::codec::stored::form::Form for $type {
            fn write(&self, out: &mut $crate::codec::stored::write::Out) {
                out.plain(self);
            }

            fn read(
                place: &$crate::codec::stored::read::Place<'_>,
            ) -> Result<Self, $crate::codec::stored::error::StoredError> {
                let bytes = <[u8; 32]>::try_from(place.hex()?);
                let bytes = bytes.map_err(|_| place.wrong("a digest has 32 bytes"))?;
                Ok(Self::from_bytes(bytes))
            }
        }
    )+};
}
pub(in crate::codec) use digests;

/// The variants of an event or a command: first those that hold a struct, as it is or behind a pointer,
/// then those with fields of their own, or none.
macro_rules! variants {
    ($type:ident
        { $($boxed:ident($inner:ident) = $boxed_tag:literal),* $(,)? }
        { $($name:ident { $($field:ident: $key:literal),* $(,)? } = $tag:literal),+ $(,)? }
    ) => {
        impl $crate::codec::stored::form::Variants for $type {
            fn tag(&self) -> &'static str {
                match self {
                    $(Self::$boxed(_) => $boxed_tag,)*
                    $(Self::$name { .. } => $tag,)+
                }
            }

            fn put(&self, fields: &mut $crate::codec::stored::write::Fields<'_>) {
                match self {
                    $(Self::$boxed(inner) => {
                        let inner: &$inner = core::borrow::Borrow::borrow(inner);
                        $crate::codec::stored::form::Record::put(inner, fields);
                    })*
                    $(Self::$name { $($field),* } => {
                        $(fields.put($key, $field);)*
                    })+
                }
            }

            fn take(
                tag: &str,
                place: &$crate::codec::stored::read::Place<'_>,
                head: &[&'static str],
            ) -> Result<Option<Self>, $crate::codec::stored::error::StoredError> {
                Ok(Some(match tag {
                    $($boxed_tag => {
                        let keys = <$inner as $crate::codec::stored::form::Record>::KEYS;
                        let table = place.table(&[head, keys])?;
                        let inner: $inner = $crate::codec::stored::form::Record::take(&table)?;
                        Self::$boxed(core::convert::From::from(inner))
                    })*
                    $($tag => {
                        let table = place.table(&[head, &[$($key),*]])?;
                        // Some variants have no field.
                        let _ = &table;
                        Self::$name { $($field: table.get($key)?),* }
                    })+
                    _ => return Ok(None),
                }))
            }
        }
    };
}
pub(in crate::codec) use variants;
