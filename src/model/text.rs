//! Bounded text: short identifiers held inline, and free notes with a limit.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::hash::{Hash, Hasher};

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Nothing but white space, or nothing at all.
    #[error("the text is empty")]
    Empty,
    /// More bytes than the field holds.
    #[error("the text has {found} bytes, at most {limit} are allowed")]
    TooLong {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A character that this field cannot hold.
    #[error("the character at byte {at} is not allowed here")]
    Character {
        /// Byte offset of the first such character.
        at: usize,
    },
}

/// Up to `N` bytes of printable ASCII without spaces, held inline: copying it allocates nothing.
///
/// It is the inside of every identifier of the crate.
#[derive(Clone, Copy)]
pub(crate) struct Inline<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Inline<N> {
    /// Checks and copies a text.
    pub(crate) const fn new(text: &str) -> Result<Self, TextError> {
        let source = text.as_bytes();
        if source.is_empty() {
            return Err(TextError::Empty);
        }
        if source.len() > N || source.len() > u8::MAX as usize {
            return Err(TextError::TooLong {
                found: source.len(),
                limit: N,
            });
        }
        let mut bytes = [0; N];
        let (mut rest, mut target, mut at) = (source, bytes.as_mut_slice(), 0_usize);
        while let ([byte, more @ ..], Some((slot, slots))) = (rest, target.split_first_mut()) {
            if !byte.is_ascii_graphic() {
                return Err(TextError::Character { at });
            }
            *slot = *byte;
            (rest, target, at) = (more, slots, at.saturating_add(1));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the length was just compared with u8::MAX"
        )]
        let len = source.len() as u8;
        Ok(Self { bytes, len })
    }

    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        // Only ASCII is ever stored, so the empty text is never taken.
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl<const N: usize> PartialEq for Inline<N> {
    fn eq(&self, other: &Self) -> bool {
        // Unused bytes are zero, so whole arrays compare like the texts. Ids are compared several
        // times in a decision: in wide words, the last of which overlaps the one before, that is a
        // few instructions instead of a call.
        let (Some(our_end), Some(their_end)) = (
            self.bytes.last_chunk::<16>(),
            other.bytes.last_chunk::<16>(),
        ) else {
            return self.len == other.len && self.bytes == other.bytes;
        };
        let mut difference = u128::from_ne_bytes(*our_end) ^ u128::from_ne_bytes(*their_end);
        let (ours, _) = self.bytes.as_chunks::<16>();
        let (theirs, _) = other.bytes.as_chunks::<16>();
        for (ours, theirs) in ours.iter().zip(theirs) {
            difference |= u128::from_ne_bytes(*ours) ^ u128::from_ne_bytes(*theirs);
        }
        difference == 0 && self.len == other.len
    }
}

impl<const N: usize> Eq for Inline<N> {}

impl<const N: usize> Hash for Inline<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl<const N: usize> PartialOrd for Inline<N> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for Inline<N> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        // Unused bytes are zero and no other is, so whole arrays are in the order of the texts.
        self.bytes.cmp(&other.bytes)
    }
}

impl<const N: usize> fmt::Debug for Inline<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Gives a newtype over [`Inline`] its constructor, accessor, `Display`, `FromStr` and `TryFrom`.
macro_rules! inline_text {
    ($name:ident) => {
        impl $name {
            /// Checks the text: printable ASCII without spaces, not empty, within the length.
            ///
            /// # Errors
            /// [`TextError`](crate::model::TextError) says what is wrong and where.
            pub const fn new(text: &str) -> Result<Self, crate::model::TextError> {
                match crate::model::text::Inline::new(text) {
                    Ok(inline) => Ok(Self(inline)),
                    Err(error) => Err(error),
                }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.as_str())
            }
        }

        impl core::str::FromStr for $name {
            type Err = crate::model::TextError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = crate::model::TextError;
            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }
    };
}
pub(crate) use inline_text;

/// A sentence from a person or a CA: 1 to 1,024 bytes, any script, no control characters.
///
/// ```
/// use cert_lifecycle::model::Note;
/// assert_eq!(Note::new("organisation not found")?.as_str(), "organisation not found");
/// assert!(Note::new("two\0parts").is_err());
/// # Ok::<(), cert_lifecycle::model::TextError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Note(Arc<str>);

impl Note {
    /// The longest note in bytes.
    pub const LIMIT: usize = 1_024;

    /// Checks a note.
    ///
    /// # Errors
    /// Empty, longer than [`Note::LIMIT`], or with a control character.
    pub fn new(text: &str) -> Result<Self, TextError> {
        bounded(text, Self::LIMIT).map(Self)
    }

    /// A note of any text: control characters become blanks, what is too long is cut, and what is
    /// blank says so.
    ///
    /// ```
    /// use cert_lifecycle::model::Note;
    /// assert_eq!(Note::lossy("two\nlines").as_str(), "two lines");
    /// assert_eq!(Note::lossy("").as_str(), "no words were given");
    /// ```
    #[must_use]
    pub fn lossy(text: &str) -> Self {
        let mut kept = String::new();
        for character in text.chars() {
            let length = kept.len().saturating_add(character.len_utf8());
            if length > Self::LIMIT {
                break;
            }
            kept.push(if character.is_control() {
                ' '
            } else {
                character
            });
        }
        Self::new(&kept).unwrap_or_else(|_| Self(Arc::from("no words were given")))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Free text: not blank, at most `limit` bytes, no control characters.
pub(crate) fn bounded(text: &str, limit: usize) -> Result<Arc<str>, TextError> {
    if text.len() > limit {
        return Err(TextError::TooLong {
            found: text.len(),
            limit,
        });
    }
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    match text.char_indices().find(|(_, c)| c.is_control()) {
        Some((at, _)) => Err(TextError::Character { at }),
        None => Ok(Arc::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_text_refuses_what_it_cannot_hold() {
        assert_eq!(Inline::<4>::new(""), Err(TextError::Empty));
        assert_eq!(
            Inline::<4>::new("abcde"),
            Err(TextError::TooLong { found: 5, limit: 4 })
        );
        assert_eq!(Inline::<4>::new("a b"), Err(TextError::Character { at: 1 }));
        assert_eq!(
            Inline::<8>::new("ab\0"),
            Err(TextError::Character { at: 2 })
        );
        assert_eq!(Inline::<4>::new("abcd").map(|t| t.as_str().len()), Ok(4));
    }

    #[test]
    fn inline_text_is_equal_where_the_text_is() {
        fn differs_everywhere<const N: usize>() {
            let text = "a".repeat(N);
            let whole = Inline::<N>::new(&text).unwrap();
            assert_eq!(whole, Inline::new(&text).unwrap());
            for at in 0..N {
                let mut other = text.clone();
                other.replace_range(at..=at, "b");
                assert_ne!(whole, Inline::new(&other).unwrap());
                if at > 0 {
                    assert_ne!(whole, Inline::new(&"a".repeat(at)).unwrap());
                }
            }
        }
        differs_everywhere::<4>();
        differs_everywhere::<7>();
        differs_everywhere::<8>();
        differs_everywhere::<16>();
        differs_everywhere::<39>();
        differs_everywhere::<63>();
    }

    #[test]
    fn inline_text_orders_like_text() {
        let texts = ["a", "aa", "ab", "b"].map(|t| Inline::<4>::new(t).unwrap());
        assert!(texts.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
