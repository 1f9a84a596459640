//! What the documents say that guards nothing: times of review, display figures, leads of messages.
//!
//! They are carried because readers look for them; no decision reads them.

use core::fmt;

use arrayvec::ArrayVec;

use crate::model::ValidationClass;

/// How many days before expiry messages go out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MessageRule {
    /// The leads in days, the longest first.
    pub leads: ArrayVec<u16, 4>,
    /// Whether uploaded certificates get them too.
    pub uploaded: bool,
}

impl fmt::Display for MessageRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.leads.is_empty() {
            return f.write_str("none");
        }
        for (place, days) in self.leads.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{days}")?;
        }
        let uploaded = if self.uploaded { "too" } else { "not" };
        write!(f, " days before expiry, uploaded ones {uploaded}")
    }
}

/// A span of working days; both ends count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WorkingDays {
    /// At least.
    pub least: u16,
    /// At most; 0 is the same day.
    pub most: u16,
}

/// How long a review takes, by class: information, never a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReviewTimes {
    /// Domain validated.
    pub dv: WorkingDays,
    /// Organisation validated.
    pub ov: WorkingDays,
    /// Extended validation.
    pub ev: WorkingDays,
}

impl ReviewTimes {
    /// That of a class.
    #[must_use]
    pub const fn of(self, class: ValidationClass) -> WorkingDays {
        match class {
            ValidationClass::Dv => self.dv,
            ValidationClass::Ov => self.ov,
            ValidationClass::Ev => self.ev,
        }
    }
}

impl fmt::Display for ReviewTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ValidationClass::ALL
            .into_iter()
            .enumerate()
            .try_for_each(|(place, class)| {
                let comma = if place == 0 { "" } else { ", " };
                let WorkingDays { least, most } = self.of(class);
                let word = class.word();
                match (least, most) {
                    (_, 0) => write!(f, "{comma}{word} the same day"),
                    (0, most) => write!(f, "{comma}{word} up to {most} working days"),
                    (least, most) => write!(f, "{comma}{word} {least} to {most} working days"),
                }
            })
    }
}

/// A number of days that a page shows, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShownDays(pub Option<u16>);

impl fmt::Display for ShownDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("none"),
            Some(days) => write!(f, "{days} days"),
        }
    }
}

/// How long before expiry the last claim should be made: the same page counts natural days in
/// one place and working days in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RefundMargin {
    /// In natural days.
    pub natural: u16,
    /// In working days.
    pub working: u16,
}

impl fmt::Display for RefundMargin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.natural, self.working) {
            (0, 0) => f.write_str("none"),
            (natural, working) => write!(
                f,
                "{natural} natural or {working} working days before expiry"
            ),
        }
    }
}

/// What the console's page offers.
///
/// A set of [`Module`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ModuleSet(u16);

super::words::words! {
    /// A part of the console's page for certificates.
    Module {
        /// The purchase button.
        Purchase = "purchase",
        /// The view of states.
        Status = "status",
        /// Upload of certificates from elsewhere.
        Upload = "upload",
        /// Apply and withdraw.
        Apply = "apply",
        /// Deploy to cloud products.
        Deploy = "deploy",
        /// Download.
        Download = "download",
        /// Delete and revoke.
        Revoke = "revoke",
        /// Renew.
        Renew = "renew",
        /// Hosting.
        Hosting = "hosting",
        /// Tabs for bought, free and uploaded certificates and for orders.
        Tabs = "tabs",
    }
}

impl ModuleSet {
    /// The set of these modules.
    #[must_use]
    pub fn of(modules: &[Module]) -> Self {
        let bits = modules
            .iter()
            .fold(0, |bits, module| bits | Self::bit(*module));
        Self(bits)
    }

    const fn bit(module: Module) -> u16 {
        1_u16.wrapping_shl(module as u32)
    }

    /// Whether it has a module.
    #[must_use]
    pub const fn contains(self, module: Module) -> bool {
        self.0 & Self::bit(module) != 0
    }

    /// The modules.
    pub fn iter(self) -> impl Iterator<Item = Module> {
        Module::ALL
            .iter()
            .copied()
            .filter(move |m| self.contains(*m))
    }
}

impl fmt::Display for ModuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::write_list(f, self.iter().map(Module::word))
    }
}
