//! How the console lays out what it shows: card or list, and its tabs (R-57).
//!
//! A layout is a matter of the page alone. Nothing in the lifecycle can ask for it: a module to the
//! left of this one cannot name it, so it changes neither a state nor an allowed operation.

use core::fmt;

use crate::rulebook::value::words::words;
use crate::rulebook::{Edition, Module};

words! {
    /// The layout of the page, switched by an icon at its top (S1).
    ///
    /// ```
    /// use cert_lifecycle::view::layout::Layout;
    /// assert_eq!(Layout::default(), Layout::Card);
    /// assert_eq!(Layout::Card.toggled(), Layout::List);
    /// ```
    #[derive(Default)]
    Layout {
        /// Cards: what the instructions of S1 assume.
        #[default]
        Card = "card",
        /// A list.
        List = "list",
    }
}

impl Layout {
    /// The other one.
    #[must_use]
    pub const fn toggled(self) -> Self {
        match self {
            Self::Card => Self::List,
            Self::List => Self::Card,
        }
    }
}

words! {
    /// A tab of the page, where the edition has tabs.
    Tab {
        /// Bought certificates: "Manage Certificates" in S2.
        Paid = "Manage Certificates",
        /// Free certificates.
        Free = "Free Certificates",
        /// Uploaded certificates.
        Uploaded = "Uploaded Certificates",
        /// Purchase orders.
        Orders = "Orders",
    }
}

impl Tab {
    /// The name in the Chinese pages.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Paid => "证书管理",
            Self::Free => "免费证书",
            Self::Uploaded => "上传证书",
            Self::Orders => "订单管理",
        }
    }

    /// The tab that shows a certificate. An upload goes before the rest: it has no price.
    #[must_use]
    pub const fn of(uploaded: bool, free: bool) -> Self {
        match (uploaded, free) {
            (true, _) => Self::Uploaded,
            (false, true) => Self::Free,
            (false, false) => Self::Paid,
        }
    }

    /// The tabs of an edition's page: all of them, or none where everything is one list.
    #[must_use]
    pub fn offered(edition: &Edition) -> &'static [Self] {
        if edition.modules().value.contains(Module::Tabs) {
            Self::ALL
        } else {
            &[]
        }
    }
}
