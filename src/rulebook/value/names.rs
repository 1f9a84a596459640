//! Which domains are not applied for.

use core::fmt;

use arrayvec::ArrayVec;

use super::write_list;
use crate::model::{DomainName, TopLevel, ValidationClass};

/// Under which top-level domains nothing is applied for (K-17): the last label of a name, and nothing
/// behind or before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BarredNames {
    /// By no product.
    pub always: ArrayVec<TopLevel, 8>,
    /// Not by domain validated products.
    pub dv: ArrayVec<TopLevel, 8>,
}

impl BarredNames {
    /// The top-level domains of these words, separated by blanks; what is no [`TopLevel`], and what is
    /// past the eighth, is left out.
    ///
    /// ```
    /// use cert_lifecycle::model::ValidationClass;
    /// use cert_lifecycle::rulebook::BarredNames;
    /// let rule = BarredNames::of("jp", "gov edu");
    /// let name = "www.example.gov".parse()?;
    /// assert!(rule.bars(ValidationClass::Dv, &name).is_some());
    /// assert!(rule.bars(ValidationClass::Ov, &name).is_none());
    /// # Ok::<(), cert_lifecycle::model::name::NameError>(())
    /// ```
    #[must_use]
    pub fn of(always: &str, dv: &str) -> Self {
        let all = |words: &str| {
            let words = words.split_whitespace();
            words
                .filter_map(|w| TopLevel::new(w).ok())
                .take(8)
                .collect()
        };
        Self {
            always: all(always),
            dv: all(dv),
        }
    }

    /// The top-level domain for which a name is not applied for with a product of a class, if it has
    /// such a one.
    #[must_use]
    pub fn bars(&self, class: ValidationClass, name: &DomainName) -> Option<TopLevel> {
        let last = name.top_level();
        let of_class: &[TopLevel] = match class {
            ValidationClass::Dv => &self.dv,
            ValidationClass::Ov | ValidationClass::Ev => &[],
        };
        let mut barred = self.always.iter().chain(of_class);
        barred
            .find(|one| one.as_str().eq_ignore_ascii_case(last))
            .copied()
    }
}

impl fmt::Display for BarredNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(f, self.always.iter().map(TopLevel::as_str))?;
        if self.dv.is_empty() {
            return Ok(());
        }
        f.write_str("; for DV also ")?;
        write_list(f, self.dv.iter().map(TopLevel::as_str))
    }
}
