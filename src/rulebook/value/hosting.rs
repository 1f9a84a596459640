//! Hosting: several years bought at once, renewed by the service.

use core::fmt;

use crate::model::ValidationClass;

/// For how many years hosting is sold, by class; 0 where it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HostingYears {
    /// Domain validated.
    pub dv: u8,
    /// Organisation validated.
    pub ov: u8,
    /// Extended validation.
    pub ev: u8,
}

impl HostingYears {
    /// The most years that a chain holds: a limit of size, not a rule.
    pub const LONGEST: u8 = 10;

    /// Hosting is not sold.
    pub const NONE: Self = Self::up_to(0);

    /// The same for every class.
    #[must_use]
    pub const fn up_to(years: u8) -> Self {
        Self {
            dv: years,
            ov: years,
            ev: years,
        }
    }

    /// The longest for a class.
    #[must_use]
    pub const fn most(self, class: ValidationClass) -> u8 {
        match class {
            ValidationClass::Dv => self.dv,
            ValidationClass::Ov => self.ov,
            ValidationClass::Ev => self.ev,
        }
    }

    /// Whether so many years can be bought. One year needs no hosting.
    #[must_use]
    pub const fn sells(self, class: ValidationClass, years: u8) -> bool {
        years == 1 || (years > 1 && years <= self.most(class))
    }
}

impl fmt::Display for HostingYears {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ValidationClass::ALL
            .into_iter()
            .enumerate()
            .try_for_each(|(place, class)| {
                let comma = if place == 0 { "" } else { ", " };
                match self.most(class) {
                    0 | 1 => write!(f, "{comma}{} none", class.word()),
                    2 => write!(f, "{comma}{} 2 years", class.word()),
                    most => write!(f, "{comma}{} 2 to {most} years", class.word()),
                }
            })
    }
}

/// When the next member of a chain is activated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Trigger {
    /// With so many days left to its predecessor.
    pub days: u16,
    /// Whether fewer are meant; else so many or fewer.
    pub strict: bool,
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let than = if self.strict { "fewer than" } else { "at most" };
        write!(f, "when {than} {} days remain", self.days)
    }
}

/// When hosting can be enabled for a certificate that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LateHosting {
    /// Not at all.
    Never,
    /// In the last so many days before expiry.
    LastDays(u16),
    /// While more than so many days remain.
    MoreThan(u16),
    /// As long as it has not expired.
    Unexpired,
}

impl fmt::Display for LateHosting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::LastDays(days) => write!(f, "in the last {days} days"),
            Self::MoreThan(days) => write!(f, "while more than {days} days remain"),
            Self::Unexpired => f.write_str("until expiry"),
        }
    }
}
