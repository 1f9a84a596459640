//! Values that are one word out of a few.

use core::fmt;

/// Declares an enum whose every variant has a word: the one in digests, files and answers.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Whether something may be done at all.
    Permission {
        /// It may.
        Allowed = "allowed",
        /// It may not.
        Refused = "refused",
    }
}

impl Permission {
    /// Whether it may.
    #[must_use]
    pub const fn allows(self) -> bool {
        match self {
            Self::Allowed => true,
            Self::Refused => false,
        }
    }
}

words! {
    /// From which instant the days are counted in which a unit returns.
    ReturnAnchor {
        /// The certificate's issuance.
        Issuance = "issuance",
        /// The payment.
        Purchase = "purchase",
    }
}

words! {
    /// What a renewal yields.
    RenewalResult {
        /// A further slot that must be applied for.
        PendingApplication = "pending-application",
        /// A further order with the old one's data, submitted at once.
        Submitted = "submitted",
    }
}

words! {
    /// Who starts a refund.
    RefundTrigger {
        /// The holder claims it.
        OnClaim = "on-claim",
        /// The service pays it back when the certificate is revoked.
        OnRevocation = "on-revocation",
    }
}

words! {
    /// When a plan counts as unused.
    Unused {
        /// No application was ever made with it; a unit that was drawn counts as one, whether or not
        /// its slot was applied with.
        NeverApplied = "never-applied",
        /// Every unit is back.
        LedgerFull = "ledger-full",
    }
}
