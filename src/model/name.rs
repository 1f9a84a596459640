//! Domain names as certificates carry them.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

/// A domain name in A-label form, in lower case, with at most one wildcard as its leftmost label.
///
/// Letters, digits and hyphens only (so no underscore), labels of 1 to 63 bytes that neither begin
/// nor end with a hyphen, at least two labels, no trailing dot, at most 253 bytes in all, and a
/// last label that is not a number (that would be an IP address). Hyphens in the third and fourth
/// place are kept for A-labels (`xn--`). These are the Baseline Requirements' rules for a dNSName.
///
/// ```
/// use cert_lifecycle::model::DomainName;
/// let name: DomainName = "*.Example.com".parse()?;
/// assert_eq!(name.as_str(), "*.example.com");
/// assert!(name.is_wildcard());
/// assert!("under_score.example.com".parse::<DomainName>().is_err());
/// # Ok::<(), cert_lifecycle::model::name::NameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainName(Arc<str>);

/// Why a domain name was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing there.
    #[error("the name is empty")]
    Empty,
    /// More than 253 bytes.
    #[error("the name has {0} bytes, at most 253 are allowed")]
    TooLong(usize),
    /// A label of more than 63 bytes.
    #[error("a label has {0} bytes, at most 63 are allowed")]
    LabelTooLong(usize),
    /// Two dots in a row, or a dot at the beginning.
    #[error("the name has an empty label")]
    EmptyLabel,
    /// A dot at the end.
    #[error("a name in a certificate has no trailing dot")]
    TrailingDot,
    /// Fewer than two labels.
    #[error("the name has a single label, at least two are needed")]
    SingleLabel,
    /// A star anywhere but as the whole leftmost label.
    #[error("a wildcard is the whole leftmost label and stands only once")]
    Wildcard,
    /// A character other than letters, digits and hyphens.
    #[error(
        "the character at byte {0} is not a letter, digit or hyphen (Unicode names need their A-label form)"
    )]
    Character(usize),
    /// A label that begins or ends with a hyphen.
    #[error("a label begins or ends with a hyphen")]
    Hyphen,
    /// Hyphens in the third and fourth place of a label that is no A-label.
    #[error("hyphens in the third and fourth place are kept for labels that begin with xn--")]
    Reserved,
    /// A last label of digits only.
    #[error("the last label is a number: that is an IP address, not a domain name")]
    NumericTopLevel,
}

impl DomainName {
    /// The longest name in bytes.
    pub const LIMIT: usize = 253;
    /// The longest label in bytes.
    pub const LABEL_LIMIT: usize = 63;

    /// Checks a name and brings it to lower case.
    ///
    /// # Errors
    /// [`NameError`] names the first rule that is broken.
    pub fn new(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > Self::LIMIT {
            return Err(NameError::TooLong(text.len()));
        }
        if text.ends_with('.') && text.len() > 1 {
            return Err(NameError::TrailingDot);
        }
        let body = text.strip_prefix("*.").unwrap_or(text);
        if body.contains('*') {
            return Err(NameError::Wildcard);
        }
        if let Some((at, _)) = text.char_indices().find(|&(at, c)| {
            !(c.is_ascii_alphanumeric() || c == '-' || c == '.' || (c == '*' && at == 0))
        }) {
            return Err(NameError::Character(at));
        }
        let mut labels = 0_usize;
        for label in body.split('.') {
            check_label(label)?;
            labels = labels.saturating_add(1);
        }
        if labels < 2 {
            return Err(NameError::SingleLabel);
        }
        let last = body.rsplit('.').next().unwrap_or_default();
        if last.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NameError::NumericTopLevel);
        }
        let lower: String = text.to_ascii_lowercase();
        Ok(Self(Arc::from(lower)))
    }

    /// The name in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the leftmost label is a wildcard.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with("*.")
    }

    /// The last label.
    ///
    /// ```
    /// # use cert_lifecycle::model::DomainName;
    /// let name: DomainName = "www.example.co.jp".parse()?;
    /// assert_eq!(name.top_level(), "jp");
    /// # Ok::<(), cert_lifecycle::model::name::NameError>(())
    /// ```
    #[must_use]
    pub fn top_level(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or_default()
    }

    /// The name without its wildcard label: where a domain is proved.
    ///
    /// ```
    /// # use cert_lifecycle::model::DomainName;
    /// let name: DomainName = "*.example.com".parse()?;
    /// assert_eq!(name.base(), "example.com");
    /// # Ok::<(), cert_lifecycle::model::name::NameError>(())
    /// ```
    #[must_use]
    pub fn base(&self) -> &str {
        self.0.strip_prefix("*.").unwrap_or(&self.0)
    }
}

fn check_label(label: &str) -> Result<(), NameError> {
    if label.is_empty() {
        return Err(NameError::EmptyLabel);
    }
    if label.len() > DomainName::LABEL_LIMIT {
        return Err(NameError::LabelTooLong(label.len()));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(NameError::Hyphen);
    }
    let a_label = label
        .get(..4)
        .is_some_and(|head| head.eq_ignore_ascii_case("xn--"));
    if label.get(2..4) == Some("--") && !a_label {
        return Err(NameError::Reserved);
    }
    Ok(())
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DomainName({:?})", self.as_str())
    }
}

impl FromStr for DomainName {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl TryFrom<&str> for DomainName {
    type Error = NameError;
    fn try_from(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl AsRef<str> for DomainName {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_name_is_its_text() -> Result<(), NameError> {
        let name = DomainName::new("www.example.com")?;
        let text: &str = name.as_ref();
        assert_eq!(
            (text, name.as_str()),
            ("www.example.com", "www.example.com")
        );
        Ok(())
    }

    #[test]
    fn each_rule_has_its_error() {
        let long_label = "a".repeat(64);
        let cases: &[(&str, NameError)] = &[
            ("", NameError::Empty),
            (".", NameError::EmptyLabel),
            (".example.com", NameError::EmptyLabel),
            ("a..example.com", NameError::EmptyLabel),
            ("example.com.", NameError::TrailingDot),
            ("localhost", NameError::SingleLabel),
            ("*.com", NameError::SingleLabel),
            ("*", NameError::Wildcard),
            ("*.*.example.com", NameError::Wildcard),
            ("w*.example.com", NameError::Wildcard),
            ("www.*.com", NameError::Wildcard),
            ("a_b.example.com", NameError::Character(1)),
            ("a b.example.com", NameError::Character(1)),
            ("a\0.example.com", NameError::Character(1)),
            ("bücher.example", NameError::Character(1)),
            ("-a.example.com", NameError::Hyphen),
            ("a-.example.com", NameError::Hyphen),
            ("ab--c.example.com", NameError::Reserved),
            ("192.0.2.1", NameError::NumericTopLevel),
        ];
        for (text, error) in cases {
            assert_eq!(DomainName::new(text).as_ref(), Err(error), "{text:?}");
        }
        assert_eq!(
            DomainName::new(&format!("{long_label}.com")),
            Err(NameError::LabelTooLong(64))
        );
        let label = "a".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        assert_eq!(longest.len(), 253);
        assert!(DomainName::new(&longest).is_ok());
        assert_eq!(
            DomainName::new(&format!("{longest}a")),
            Err(NameError::TooLong(254))
        );
    }

    #[test]
    fn a_labels_pass_and_case_folds() {
        let name = DomainName::new("XN--BCHER-KVA.Example").unwrap();
        assert_eq!(name.as_str(), "xn--bcher-kva.example");
        assert!(!name.is_wildcard());
    }
}
