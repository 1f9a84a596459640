//! Domain names in Unicode: read into A-labels and shown again (feature `idna`).
//!
//! A certificate carries A-labels: `xn--bcher-kva.example`, not `bücher.example`. Names are read
//! under UTS #46, nontransitional, with its checks of hyphens, joiners, directions (the Bidi Rule of
//! RFC 5893) and letters, digits and hyphens (STD3). It maps case and width and the three
//! ideographic dots. What it lets pass beyond that, and IDNA 2008 does not, is refused as well
//! (RFC 5892): symbols, emoji, punctuation out of its context. The result then meets the same
//! limits as every [`DomainName`].
//!
//! The Baseline Requirements ask only that the rest of an `xn--` label is valid Punycode (a P-label,
//! §1.6.1); that it is valid under IDNA 2008 is what registries ask, and stricter.
//!
//! Whether two names look alike is nobody's question here.

use alloc::borrow::ToOwned;
use alloc::string::String;

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, Script};
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::name::{DomainName, NameError};

/// Why a name in Unicode was refused. Labels count from 1, from the left, a wildcard among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnicodeNameError {
    /// More than [`DomainName::UNICODE_LIMIT`] bytes.
    #[error("the name has {0} bytes in UTF-8, at most 1012 are read")]
    TooLong(usize),
    /// What no name in a certificate may be, in Unicode or not. Byte counts are those of the A-label
    /// form; of a label of more than 1000 characters, which is not encoded any more, it is those.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A label that begins with `xn--` and is no A-label.
    #[error("label {label} begins with xn-- and is no valid A-label")]
    ALabel {
        /// Which label.
        label: usize,
    },
    /// A character that is not allowed in a domain name, or not in this place.
    #[error("label {label} has the character U+{:04X}, which is not allowed there", *character as u32)]
    Character {
        /// Which label.
        label: usize,
        /// The character, as handed in or as it is mapped.
        character: char,
    },
    /// A zero-width joiner or non-joiner where its script does not need one.
    #[error("label {label} has a zero-width joiner or non-joiner where none belongs")]
    Joiner {
        /// Which label.
        label: usize,
    },
    /// A label that begins with a combining mark.
    #[error("label {label} begins with a combining mark")]
    LeadingMark {
        /// Which label.
        label: usize,
    },
    /// Letters that run from right to left beside others, against the Bidi Rule (RFC 5893); it binds
    /// every label of a name that has one such letter.
    #[error("the name mixes directions of writing in a way that is not allowed")]
    Bidi,
}

/// The full stop and what UTS #46 maps to it.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{FF0E}', '\u{FF61}'];

/// The most characters of a label that the `idna` crate encodes; far more than any label has.
const ENCODED_LIMIT: usize = 1_000;

impl DomainName {
    /// The longest name in Unicode that is read, in bytes of UTF-8: as many characters of four bytes
    /// as the longest name has bytes.
    pub const UNICODE_LIMIT: usize = 4 * Self::LIMIT;

    /// Reads a name in Unicode and brings it to A-labels. What is in A-labels already is accepted and
    /// verified; a wildcard stays.
    ///
    /// ```
    /// use cert_lifecycle::model::DomainName;
    /// use cert_lifecycle::model::unicode::UnicodeNameError;
    ///
    /// let name = DomainName::from_unicode("例子.测试")?;
    /// assert_eq!(name.as_str(), "xn--fsqu00a.xn--0zwm56d");
    /// assert_eq!(name.to_unicode(), "例子.测试");
    /// let name = DomainName::from_unicode("*.BÜCHER.example")?;
    /// assert_eq!(name.as_str(), "*.xn--bcher-kva.example");
    /// assert_eq!(DomainName::from_unicode("*.xn--bcher-kva.example"), Ok(name));
    /// assert_eq!(
    ///     DomainName::from_unicode("☃.example"),
    ///     Err(UnicodeNameError::Character { label: 1, character: '☃' })
    /// );
    /// # Ok::<(), UnicodeNameError>(())
    /// ```
    ///
    /// # Errors
    /// [`UnicodeNameError`] names the label and what is wrong with it.
    pub fn from_unicode(text: &str) -> Result<Self, UnicodeNameError> {
        if text.len() > Self::UNICODE_LIMIT {
            return Err(UnicodeNameError::TooLong(text.len()));
        }
        let (wildcard, body) = match text.strip_prefix('*') {
            Some(rest) => (true, rest.strip_prefix(DOTS).ok_or(NameError::Wildcard)?),
            None => (false, text),
        };
        if body.contains('*') {
            return Err(NameError::Wildcard.into());
        }
        let first = if wildcard { 2 } else { 1 };
        let Some(ascii) = to_ascii(body, Hyphens::Check) else {
            return Err(diagnose(body, first));
        };
        let shown = to_unicode(&ascii, Hyphens::Check).ok_or(UnicodeNameError::Bidi)?;
        for (label, text) in (first..).zip(shown.split('.')) {
            check_idna2008(label, text)?;
        }
        let whole = if wildcard {
            alloc::format!("*.{ascii}")
        } else {
            ascii
        };
        Ok(Self::new(&whole)?)
    }

    /// The name as people read it, in Unicode. [`DomainName::from_unicode`] leads back to this name.
    ///
    /// A name with a label that begins with `xn--` and is no valid A-label is shown as it stands.
    #[must_use]
    pub fn to_unicode(&self) -> String {
        let body = self.base();
        let shown = to_unicode(body, Hyphens::Check).map(|shown| {
            if self.is_wildcard() {
                alloc::format!("*.{shown}")
            } else {
                shown
            }
        });
        match shown {
            Some(shown) if Self::from_unicode(&shown).as_ref() == Ok(self) => shown,
            Some(_) | None => self.as_str().to_owned(),
        }
    }
}

/// The lengths are left to [`DomainName::new`], which says what is wrong with them.
fn to_ascii(text: &str, hyphens: Hyphens) -> Option<String> {
    let uts46 = Uts46::new();
    let result = uts46.to_ascii(
        text.as_bytes(),
        AsciiDenyList::STD3,
        hyphens,
        DnsLength::Ignore,
    );
    result.ok().map(alloc::borrow::Cow::into_owned)
}

fn to_unicode(text: &str, hyphens: Hyphens) -> Option<String> {
    let uts46 = Uts46::new();
    let (shown, result) = uts46.to_unicode(text.as_bytes(), AsciiDenyList::STD3, hyphens);
    result.is_ok().then(|| shown.into_owned())
}

/// What is wrong with a name that UTS #46 refused as a whole; it does not say itself.
fn diagnose(body: &str, first: usize) -> UnicodeNameError {
    for (label, text) in (first..).zip(body.split(DOTS)) {
        if to_ascii(text, Hyphens::Check).is_some() {
            continue;
        }
        if let Some(relaxed) = to_unicode(text, Hyphens::Allow) {
            let reserved = relaxed.chars().skip(2).take(2).eq("--".chars());
            let hyphen = if relaxed.starts_with('-') || relaxed.ends_with('-') || !reserved {
                NameError::Hyphen
            } else {
                NameError::Reserved
            };
            return hyphen.into();
        }
        let characters = text.chars().map(mapped_length).sum();
        if characters > ENCODED_LIMIT {
            return NameError::LabelTooLong(characters).into();
        }
        if begins_as_a_label(text) {
            return UnicodeNameError::ALabel { label };
        }
        if let Some(character) = text
            .chars()
            .find(|c| !is_joiner(*c) && !stands_anywhere(*c))
        {
            return UnicodeNameError::Character { label, character };
        }
        if text.chars().next().is_some_and(is_mark) {
            return UnicodeNameError::LeadingMark { label };
        }
        let joined: String = text.chars().filter(|c| !is_joiner(*c)).collect();
        if joined != text && to_ascii(&joined, Hyphens::Check).is_some() {
            return UnicodeNameError::Joiner { label };
        }
    }
    UnicodeNameError::Bidi
}

/// How many characters a character is mapped to.
fn mapped_length(c: char) -> usize {
    let mut bytes = [0; 4];
    to_unicode(c.encode_utf8(&mut bytes), Hyphens::Allow).map_or(1, |mapped| mapped.chars().count())
}

/// Whether a label begins with `xn--` once its characters are mapped.
fn begins_as_a_label(text: &str) -> bool {
    let mapped = text.chars().map_while(|c| {
        let mut bytes = [0; 4];
        // What becomes more than one character is no letter of ASCII.
        to_ascii(c.encode_utf8(&mut bytes), Hyphens::Allow).filter(|mapped| mapped.len() <= 1)
    });
    mapped.collect::<String>().starts_with("xn--")
}

const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Whether a character can stand after a letter of either direction.
fn stands_anywhere(c: char) -> bool {
    ["a", "\u{5D0}"].into_iter().any(|before| {
        let mut text = String::from(before);
        text.push(c);
        to_ascii(&text, Hyphens::Allow).is_some()
    })
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

fn is_mark(c: char) -> bool {
    use icu_properties::props::GeneralCategoryGroup;
    GeneralCategoryGroup::Mark.contains(category(c))
}

/// The rules of RFC 5892 for a label that UTS #46 has mapped and found valid: it is in normal form
/// and folded already, its joiners are in place, and unassigned code points are refused.
fn check_idna2008(label: usize, text: &str) -> Result<(), UnicodeNameError> {
    if text.is_ascii() {
        return Ok(());
    }
    let mut before = None;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let after = rest.clone().next();
        if !is_valid(character, before, after, text) {
            return Err(UnicodeNameError::Character { label, character });
        }
        before = Some(character);
    }
    Ok(())
}

/// Whether IDNA 2008 allows a character in its place: PVALID, or CONTEXTJ or CONTEXTO with its rule
/// fulfilled (RFC 5892 §2 and appendix A). That digits of the two Arabic rows don't mix, the Bidi Rule
/// has seen to.
fn is_valid(c: char, before: Option<char>, after: Option<char>, label: &str) -> bool {
    use icu_properties::props::GeneralCategoryGroup as Group;
    const LETTER_DIGITS: Group = Group::LowercaseLetter
        .union(Group::UppercaseLetter)
        .union(Group::OtherLetter)
        .union(Group::DecimalNumber)
        .union(Group::ModifierLetter)
        .union(Group::NonspacingMark)
        .union(Group::SpacingMark);
    let script = |c: char| CodePointMapData::<Script>::new().get(c);
    let is = |c: Option<char>, wanted: Script| c.is_some_and(|c| script(c) == wanted);
    match c {
        // The hyphen, joiners (UTS #46 has checked their context), and the exceptions that are
        // allowed (§2.6).
        '-' | '\u{200C}' | '\u{200D}' | '\u{DF}' | '\u{3C2}' | '\u{6FD}' | '\u{6FE}'
        | '\u{F0B}' | '\u{3007}' => true,
        // The middle dot, between two l.
        '\u{B7}' => before == Some('l') && after == Some('l'),
        // The Greek lower numeral sign.
        '\u{375}' => is(after, Script::Greek),
        // Hebrew geresh and gershayim.
        '\u{5F3}' | '\u{5F4}' => is(before, Script::Hebrew),
        // The Katakana middle dot.
        '\u{30FB}' => label.chars().any(|c| {
            let script = script(c);
            script == Script::Hiragana || script == Script::Katakana || script == Script::Han
        }),
        // Exceptions that are not allowed (§2.6), blocks for symbols and musical notation (§2.4), and
        // old Hangul (§2.9).
        '\u{640}'
        | '\u{7FA}'
        | '\u{302E}'
        | '\u{302F}'
        | '\u{3031}'..='\u{3035}'
        | '\u{303B}'
        | '\u{20D0}'..='\u{20FF}'
        | '\u{1D100}'..='\u{1D24F}'
        | '\u{1100}'..='\u{11FF}'
        | '\u{A960}'..='\u{A97F}'
        | '\u{D7B0}'..='\u{D7FF}' => false,
        c => LETTER_DIGITS.contains(category(c)),
    }
}
