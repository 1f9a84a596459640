//! What may be done with a certificate that is there: upload, deployment, carry-over.

use core::fmt;

use arrayvec::ArrayVec;

use crate::model::Target;

/// The cloud products that a certificate is deployed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TargetSet(ArrayVec<Target, 24>);

impl TargetSet {
    /// The products of these names, separated by blanks; what is no [`Target`], and what is past the
    /// twenty-fourth, is left out.
    #[must_use]
    pub fn of(words: &str) -> Self {
        let targets = words.split_whitespace().filter_map(|w| Target::new(w).ok());
        Self(targets.take(24).collect())
    }

    /// Whether it holds a product.
    #[must_use]
    pub fn contains(&self, target: Target) -> bool {
        self.0.contains(&target)
    }

    /// The products.
    #[must_use]
    pub fn as_slice(&self) -> &[Target] {
        &self.0
    }
}

impl fmt::Display for TargetSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        self.0.iter().enumerate().try_for_each(|(place, target)| {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{target}")
        })
    }
}

/// Which names an uploaded certificate may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UploadName {
    /// How many characters at most.
    pub most_characters: u16,
    /// Whether letters of every script are allowed; else ASCII letters, digits, `_` and `-`.
    pub any_script: bool,
}

impl UploadName {
    /// Whether it permits a name.
    #[must_use]
    pub fn permits(self, name: &str) -> bool {
        let ascii = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let count = name.chars().count();
        count > 0
            && count <= usize::from(self.most_characters)
            && (self.any_script || name.chars().all(ascii))
    }
}

impl fmt::Display for UploadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = if self.any_script {
            "characters of any script"
        } else {
            "letters, digits, _ and -"
        };
        write!(f, "at most {} {of}", self.most_characters)
    }
}

/// Whose remaining time a renewal adds to the new certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CarryOver {
    /// That of a certificate bought from the service.
    pub bought: bool,
    /// That of an uploaded one.
    pub uploaded: bool,
}

impl fmt::Display for CarryOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.bought, self.uploaded) {
            (false, false) => "none",
            (true, false) => "of bought certificates",
            (false, true) => "of uploaded certificates",
            (true, true) => "of bought and uploaded certificates",
        })
    }
}

/// How many free certificates an account takes in a calendar year (3.16 of the free-certificate pages).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FreeLimit(pub Option<u16>);

impl fmt::Display for FreeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("not limited by a rule in hand"),
            Some(count) => write!(f, "at most {count} in a calendar year"),
        }
    }
}
