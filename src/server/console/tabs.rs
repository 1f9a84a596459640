//! The tabs of the page, and what stands at its top.

use maud::{Markup, html};

use crate::view::label::Language;
use crate::view::layout::Tab;

use super::asked::address;
use super::text::Text;
use super::upload;
use super::visit::Visit;

/// A tab: those of the documents, and that of resource plans (S3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Tab(Tab),
    Plans,
}

impl Section {
    const ALL: [Self; 5] = [
        Self::Tab(Tab::Paid),
        Self::Tab(Tab::Free),
        Self::Tab(Tab::Uploaded),
        Self::Tab(Tab::Orders),
        Self::Plans,
    ];

    /// Its path below the console's.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Tab(Tab::Paid) => "",
            Self::Tab(Tab::Free) => "free",
            Self::Tab(Tab::Uploaded) => "uploaded",
            Self::Tab(Tab::Orders) => "orders",
            Self::Plans => "plans",
        }
    }

    pub(super) fn name(self, visit: &Visit<'_>) -> &'static str {
        match (self, visit.words.0) {
            (Self::Tab(tab), Language::English) => tab.word(),
            (Self::Tab(tab), Language::Chinese) => tab.chinese(),
            (Self::Plans, _) => visit.say(Text::TabPlans),
        }
    }
}

/// Heading, the way to buy at the upper right (S1), and the tabs.
pub(super) fn head(visit: &Visit<'_>, here: Section) -> Markup {
    html! {
        div.head {
            h1 { (visit.say(Text::Certificates)) }
            div.end {
                @if here == Section::Tab(Tab::Uploaded) {
                    a.button href=(address(upload::PATH, &[])) { (visit.say(Text::UploadHeading)) }
                }
                a.button.main href=(address("buy", &[])) { (visit.say(Text::PurchaseCertificate)) }
            }
        }
        nav.tabs aria-label=(visit.say(Text::Sections)) {
            ul {
                @for section in Section::ALL {
                    li {
                        a href=(address(section.path(), &[]))
                            aria-current=[(section == here).then_some("page")] {
                            (section.name(visit))
                        }
                    }
                }
            }
        }
    }
}

/// The ways to the next page and back to the first one.
pub(super) fn pages(visit: &Visit<'_>, is_first: bool, older: Option<&str>) -> Markup {
    html! {
        @if !is_first || older.is_some() {
            nav.pages aria-label=(visit.say(Text::Pages)) {
                @if !is_first {
                    a.button href=(visit.asked.with("before", "")) { (visit.say(Text::Newest)) }
                }
                @if let Some(before) = older {
                    a.button rel="next" href=(visit.asked.with("before", before)) {
                        (visit.say(Text::Older))
                    }
                }
            }
        }
    }
}
